#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/cookie_keys.hpp"
#include "dataplane/packet/sip_state.hpp"

namespace sekimori {

/// SipHash (Aumasson and Bernstein, 2012) with `Compression` rounds a word and `Finalization`
/// rounds at the end, over a message that is already packed into little-endian words, the last of
/// which holds the message's length mod 256 in its top byte. SipHash-2-4 makes cookies; SipHash-1-3
/// finds places in tables.
template <int Compression, int Finalization, std::size_t Words>
[[nodiscard]] constexpr std::uint64_t siphash(const SipKey& key,
                                              const std::array<std::uint64_t, Words>& message) {
  SipState state{key};
  for (const std::uint64_t word : message) state.absorb<Compression>(word);
  state.finish<Finalization>();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

/// The last word of a message: up to seven bytes, in the low part, and the length of the whole on
/// top.
[[nodiscard]] constexpr std::uint64_t siphash_last_word(std::uint64_t bytes, std::size_t length) {
  return (bytes & 0x00ffffffffffffffULL) | (std::uint64_t{length & 0xff} << 56);
}

}  // namespace sekimori
