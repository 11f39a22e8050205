#include "dataplane/packet/siphash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace sekimori {
namespace {

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

/// The published vectors: key 00 01 .. 0f, message 00 01 .. Length - 1.
template <std::size_t Length>
std::uint64_t reference_hash() {
  std::array<std::uint8_t, Length> message;
  std::iota(message.begin(), message.end(), std::uint8_t{0});
  constexpr SipKey key{.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};
  return siphash<2, 4>(key, packed(message));
}

TEST(SipHash, Gives24VectorsOfItsAuthors) {
  // The appendix of the paper has length 15; the others are from vectors.h of the reference code,
  // which writes the 64-bit result in little-endian order.
  EXPECT_EQ(reference_hash<15>(), 0xa129ca6149be45e5);
  EXPECT_EQ(reference_hash<7>(), 0xab0200f58b01d137);
  EXPECT_EQ(reference_hash<8>(), 0x93f5f5799a932462);
  EXPECT_EQ(reference_hash<31>(), 0x32d892fad841c342);
  EXPECT_EQ(reference_hash<36>(), 0x314dffbe0815a3b4);
  EXPECT_EQ(reference_hash<39>(), 0x9abfd8766a33735c);
}

TEST(SipHash, TakesTheLengthModulo256IntoTheLastWord) {
  EXPECT_EQ(siphash_last_word(0xffffffffffffffff, 15), 0x0fffffffffffffff);
  EXPECT_EQ(siphash_last_word(0, 256 + 39), 0x2700000000000000);
}

TEST(SipHash, DependsOnEveryBitOfKeyAndMessage) {
  const std::array<std::uint64_t, 2> message{0x0123456789abcdef, siphash_last_word(0x7654, 12)};
  const SipKey key{.k0 = 1, .k1 = 2};
  const std::uint64_t hash = siphash<1, 3>(key, message);
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    EXPECT_NE((siphash<1, 3>({.k0 = key.k0 ^ mask, .k1 = key.k1}, message)), hash);
    EXPECT_NE((siphash<1, 3>({.k0 = key.k0, .k1 = key.k1 ^ mask}, message)), hash);
    EXPECT_NE((siphash<1, 3>(key, std::array{message[0] ^ mask, message[1]})), hash);
    EXPECT_NE((siphash<1, 3>(key, std::array{message[0], message[1] ^ mask})), hash);
  }
}

}  // namespace
}  // namespace sekimori
