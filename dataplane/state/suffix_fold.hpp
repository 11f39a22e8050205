#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "common/cookie_keys.hpp"
#include "common/suffix_hash.hpp"
#include "dataplane/packet/dns_name.hpp"
#include "dataplane/packet/sip_state.hpp"

namespace sekimori {

static_assert(std::endian::native == std::endian::little, "labels are read as words");

/// SipHash-1-3 of a label's bytes, without its length byte. At least DnsName::padding bytes can be
/// read behind it.
[[nodiscard]] inline std::uint64_t label_hash(const SipKey& key,
                                              std::span<const std::uint8_t> label) {
  SipState state{key};
  const std::uint8_t* at = label.data();
  std::uint64_t word = 0;
  for (std::size_t left = label.size(); left >= 8; left -= 8, at += 8) {
    std::memcpy(&word, at, sizeof(word));
    state.absorb<1>(word);
  }
  std::memcpy(&word, at, sizeof(word));
  word &= ~(~std::uint64_t{0} << (8 * (label.size() % 8)));
  state.absorb<1>(word | std::uint64_t{label.size()} << 56);
  state.finish<3>();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

/// Hashes the suffixes of a name, from the shortest on: the hashes of their labels from the right
/// are absorbed one by one, and a copy of the state is finished for each. The labels of a message
/// have whole words and no length, as none of the hashes is ever shown to anybody.
class SuffixFold {
 public:
  explicit SuffixFold(const SipKey& key) : state_(key) {
    // Tells these messages from labels, as SipHash-128 tells its from those of SipHash.
    state_.v1 ^= 0xee;
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
