#pragma once

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "common/bytes.hpp"
#include "common/cookie_keys.hpp"
#include "common/suffix_hash.hpp"
#include "dataplane/packet/dns_name.hpp"
#include "dataplane/packet/sip_state.hpp"
#include "dataplane/packet/siphash.hpp"

namespace sekimori {

static_assert(std::endian::native == std::endian::little, "labels are read as words");

/// A label's bytes, without its length byte, as words for SipHash. At least DnsName::padding bytes
/// can be read behind it.
struct LabelWords {
  std::span<const std::uint8_t> label;
  std::size_t count;

  explicit LabelWords(std::span<const std::uint8_t> bytes)
      : label(bytes), count(bytes.size() / 8 + 1) {}

  /// Any of the first `count`. Behind them, up to the third, it means nothing. Without branches, as
  /// how many words a label has is nothing that a CPU could foresee.
  [[nodiscard]] std::uint64_t word(std::size_t w) const {
    const std::size_t bits = std::min<std::size_t>(8 * label.size() - 64 * w, 64);
    const std::uint64_t is_last = -std::uint64_t{w + 1 == count};
    const auto bytes = load<std::uint64_t>(label.data() + 8 * w);
    return _bzhi_u64(bytes, static_cast<unsigned>(bits)) |
           (is_last & siphash_last_word(0, label.size()));
  }
};

/// SipHash-1-3 of a label.
[[nodiscard]] inline std::uint64_t label_hash(const SipKey& key,
                                              std::span<const std::uint8_t> label) {
  SipState state{key};
  const LabelWords words{label};
  for (std::size_t w = 0; w < words.count; ++w) state.absorb<1>(words.word(w));
  state.finish<3>();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

/// Hashes the suffixes of a name, from the shortest on: the hashes of their labels from the right
/// are absorbed one by one, and a copy of the state is finished for each. The labels of a message
/// have whole words and no length, as none of the hashes is ever shown to anybody.
class SuffixFold {
 public:
  explicit SuffixFold(const SipKey& key) : state_(empty(key)) {}

  /// The state before the first label.
  [[nodiscard]] static SipState empty(const SipKey& key) {
    SipState state{key};
    // Tells these messages from labels, as SipHash-128 tells its from those of SipHash.
    state.v1 ^= 0xee;
    return state;
  }
  [[nodiscard]] SuffixHash add(std::uint64_t label) {
    state_.absorb<1>(label);
    SipState last = state_;
    last.finish<3>();
    return {.place = last.v0 ^ last.v1, .tag = last.v2 ^ last.v3};
  }

 private:
  SipState state_;
};

/// The hashes of a name's suffixes of up to DnsName::kept_labels labels, the shortest first.
struct SuffixHashes {
  std::array<SuffixHash, DnsName::kept_labels> of;
  std::size_t count = 0;

  SuffixHashes() = default;
  SuffixHashes(const SipKey& key, const DnsName& name) : count(name.kept()) {
    SuffixFold fold{key};
    for (std::size_t i = 0; i < count; ++i) {
      of[i] = fold.add(label_hash(key, name.label_from_right(i)));
    }
  }
};

}  // namespace sekimori
