#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "common/cookie_keys.hpp"

namespace sekimori {

/// SipHash (Aumasson and Bernstein, 2012) with `Compression` rounds a word and `Finalization`
/// rounds at the end, over a message that is already packed into little-endian words, the last of
/// which holds the message's length mod 256 in its top byte. SipHash-2-4 makes cookies; SipHash-1-3
/// finds places in tables.
template <int Compression, int Finalization, std::size_t Words>
[[nodiscard]] constexpr std::uint64_t siphash(const SipKey& key,
                                              const std::array<std::uint64_t, Words>& message) {
  std::uint64_t v0 = key.k0 ^ 0x736f6d6570736575ULL;
  std::uint64_t v1 = key.k1 ^ 0x646f72616e646f6dULL;
  std::uint64_t v2 = key.k0 ^ 0x6c7967656e657261ULL;
  std::uint64_t v3 = key.k1 ^ 0x7465646279746573ULL;
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  };
  for (const std::uint64_t word : message) {
    v3 ^= word;
    rounds(Compression);
    v0 ^= word;
  }
  v2 ^= 0xff;
  rounds(Finalization);
  return v0 ^ v1 ^ v2 ^ v3;
}

/// The last word of a message: up to seven bytes, in the low part, and the length of the whole on
/// top.
[[nodiscard]] constexpr std::uint64_t siphash_last_word(std::uint64_t bytes, std::size_t length) {
  return (bytes & 0x00ffffffffffffffULL) | (std::uint64_t{length & 0xff} << 56);
}

}  // namespace sekimori
