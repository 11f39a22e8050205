#include "hw/host/range_tree.hpp"

#include <gtest/gtest.h>

#include "dataplane/state/prefix_map.hpp"
#include "hw/sim/frames.hpp"
#include "hw/sim/random.hpp"

namespace sekimori {
namespace {

constexpr unsigned levels = 6;
constexpr std::uint32_t fallback = 1000;

/// Addresses of a small world, so that prefixes lie in and beside each other.
Address near_address(Random& random) {
  Bytes bytes(16);
  if (random.chance(1, 3)) {
    return Address::from_ipv4(be32{0xc0000200U | random.below(16) << 16 | random.below(256)});
  }
  bytes[0] = static_cast<std::uint8_t>(random.chance(1, 8) ? 0xff : 0x20);
  bytes[7] = static_cast<std::uint8_t>(random.below(4));
  bytes[15] = random.byte();
  return Address::from_ipv6(bytes.data());
}

Prefix near_prefix(Random& random) {
  const Address address = near_address(random);
  const auto length = static_cast<std::uint8_t>(
      random.chance(1, 2) ? 128 : (address.is_ipv4() ? 96 : 0) + random.below(33));
  return {.address = address.masked(length), .length = length};
}

TEST(RangeTree, FindsTheLongestPrefixAsSoftwareDoes) {
  Random random{1};
  for (int round = 0; round < 200; ++round) {
    std::vector<RangeTree::Entry> entries;
    std::vector<PrefixMap::Entry> same;
    const std::uint32_t count = random.below(200);
    for (std::uint32_t i = 0; i < count; ++i) {
      const Prefix prefix = near_prefix(random);
      entries.push_back({.prefix = prefix, .value = i});
      same.push_back({.prefix = prefix, .value = i});
    }
    const auto tree = RangeTree::build(entries, levels, fallback);
    ASSERT_TRUE(tree) << tree.error();
    const PrefixMap map{same};
    for (int i = 0; i < 500; ++i) {
      const Address address = near_address(random);
      const std::uint32_t want = map.find(address);
      EXPECT_EQ(tree->find(address), want == PrefixMap::none ? fallback : want)
          << address.to_string();
    }
  }
}

TEST(RangeTree, ReachesTheHighestAddress) {
  const auto highest = Address::parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").value();
  const std::vector<RangeTree::Entry> entries{
      {.prefix = {.address = highest, .length = 128}, .value = 7}};
  const auto tree = RangeTree::build(entries, 2, fallback);
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->find(highest), 7U);
  EXPECT_EQ(tree->find(Address::parse("::").value()), fallback);
}

TEST(RangeTree, SaysWhenThereAreTooManyRanges) {
  std::vector<RangeTree::Entry> entries;
  for (std::uint32_t i = 0; i < 8; ++i) {
    entries.push_back(
        {.prefix = Prefix::parse("192.0.2." + std::to_string(2 * i)).value(), .value = i});
  }
  const auto tree = RangeTree::build(entries, 2, fallback);
  ASSERT_FALSE(tree);
  EXPECT_NE(tree.error().find("17 ranges, but the card's table has room for 16"), std::string::npos)
      << tree.error();
}

}  // namespace
}  // namespace sekimori
