#include "dataplane/packet/siphash.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dataplane/packet/siphash_vectors.hpp"

namespace sekimori {
namespace {

template <std::size_t Length>
std::uint64_t hash_of_reference_message() {
  return siphash<2, 4>(test::reference_key, test::reference_message<Length>());
}

TEST(SipHash, Gives24VectorsOfItsAuthors) {
  EXPECT_EQ(hash_of_reference_message<15>(), test::reference_hash<15>);
  EXPECT_EQ(hash_of_reference_message<7>(), test::reference_hash<7>);
  EXPECT_EQ(hash_of_reference_message<8>(), test::reference_hash<8>);
  EXPECT_EQ(hash_of_reference_message<31>(), test::reference_hash<31>);
  EXPECT_EQ(hash_of_reference_message<36>(), test::reference_hash<36>);
  EXPECT_EQ(hash_of_reference_message<39>(), test::reference_hash<39>);
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
