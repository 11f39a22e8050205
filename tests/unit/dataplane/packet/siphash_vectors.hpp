#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "dataplane/packet/siphash.hpp"

namespace sekimori::test {

/// Packs a message as `siphash` wants it.
template <std::size_t Length>
std::array<std::uint64_t, Length / 8 + 1> packed(const std::array<std::uint8_t, Length>& message) {
  std::array<std::uint8_t, (Length / 8 + 1) * 8> padded{};
  std::ranges::copy(message, padded.begin());
  std::array<std::uint64_t, Length / 8 + 1> words;
  std::memcpy(words.data(), padded.data(), padded.size());
  words.back() = siphash_last_word(words.back(), Length);
  return words;
}

// The vectors of SipHash-2-4 that its authors have published: key 00 01 .. 0f, message 00 01 ..
// Length - 1. The appendix of the paper has length 15; the others are from vectors.h of the
// reference code, which writes the 64-bit result in little-endian order.

inline constexpr SipKey reference_key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};

template <std::size_t Length>
auto reference_message() {
  std::array<std::uint8_t, Length> message;
  std::iota(message.begin(), message.end(), std::uint8_t{0});
  return packed(message);
}

template <std::size_t Length>
inline constexpr std::uint64_t reference_hash = 0;
template <>
inline constexpr std::uint64_t reference_hash<7> = 0xab0200f58b01d137;
template <>
inline constexpr std::uint64_t reference_hash<8> = 0x93f5f5799a932462;
template <>
inline constexpr std::uint64_t reference_hash<15> = 0xa129ca6149be45e5;
template <>
inline constexpr std::uint64_t reference_hash<31> = 0x32d892fad841c342;
template <>
inline constexpr std::uint64_t reference_hash<36> = 0x314dffbe0815a3b4;
template <>
inline constexpr std::uint64_t reference_hash<39> = 0x9abfd8766a33735c;

}  // namespace sekimori::test
