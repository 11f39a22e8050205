#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/cookie_keys.hpp"
#include "common/suffix_hash.hpp"
#include "dataplane/packet/dns_name.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/siphash_burst.hpp"

namespace sekimori {

/// The hashes of the suffixes of a burst of names, those of `SuffixHashes`. A name is a lane of
/// vector instructions, and all names go from suffix to longer suffix together.
class SuffixBurst {
 public:
  using Column = std::uint64_t[max_burst];
  /// Words of the longest label for SipHash.
  static constexpr std::size_t max_label_words = DnsName::max_label / 8 + 1;

  /// What the vector code works on. Element i is about name i.
  struct alignas(64) Columns {
    std::size_t depth = 0;          ///< labels of the suffixes that were hashed last
    Column words[max_label_words];  ///< of the label that those begin with
    Column word_count;
    std::size_t most_words = 0;  ///< of all names
    Column state[4];             ///< of the fold
    Column place[DnsName::kept_labels];
    Column tag[DnsName::kept_labels];
  };
  /// Takes the labels of the first `count` names into the fold, and gives the hashes of their
  /// suffixes of `depth` labels. Works on eights or more, as SipHashBurst does.
  using Function = void (*)(const SipKey& key, std::size_t count, Columns& columns);

  /// `level` must be one that the CPU has.
  explicit SuffixBurst(const SipKey& key, SimdLevel level = detect_simd_level());

  /// Begins with the empty suffixes of up to `max_burst` names, which have to outlive this.
  void start(std::span<const DnsName> names);
  /// Goes on to suffixes of one label more, at most DnsName::kept_labels times.
  void next();
  /// The hash of name i's suffix of so many labels, of which the name has to have as many.
  [[nodiscard]] SuffixHash hash(std::size_t i, std::size_t labels) const {
    return {.place = columns_.place[labels - 1][i], .tag = columns_.tag[labels - 1][i]};
  }

 private:
  void take_label(std::size_t i);

  SipKey key_;
  Function function_;
  std::span<const DnsName> names_;
  Columns columns_;
};

}  // namespace sekimori
