#pragma once

#include <bit>
#include <cstdint>

#include "common/cookie_keys.hpp"

namespace sekimori {

/// The state of SipHash (Aumasson and Bernstein, 2012) and its two steps, for hashes over messages
/// of any length and for those that give more than 64 bits.
struct SipState {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  constexpr explicit SipState(const SipKey& key)
      : v0(key.k0 ^ 0x736f6d6570736575ULL),
        v1(key.k1 ^ 0x646f72616e646f6dULL),
        v2(key.k0 ^ 0x6c7967656e657261ULL),
        v3(key.k1 ^ 0x7465646279746573ULL) {}

  constexpr void round() {
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

  template <int Rounds>
  constexpr void absorb(std::uint64_t word) {
    v3 ^= word;
    for (int i = 0; i < Rounds; ++i) round();
    v0 ^= word;
  }

  template <int Rounds>
  constexpr void finish() {
    v2 ^= 0xff;
    for (int i = 0; i < Rounds; ++i) round();
  }
};

}  // namespace sekimori
