#include "dataplane/state/prefix_map.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sekimori {
namespace {

using Entries = std::vector<PrefixMap::Entry>;

Prefix prefix(const char* text) {
  return Prefix::parse(text).value();
}

std::uint32_t find(const PrefixMap& map, const char* address) {
  const Address parsed = Address::parse(address).value();
  return map.find(parsed, map.start(parsed));
}

/// What longest-prefix match means, one prefix after the other.
std::uint32_t model(const Entries& entries, const Address& address) {
  int longest = -1;
  std::uint32_t value = PrefixMap::none;
  for (const PrefixMap::Entry& e : entries) {
    if (!e.prefix.contains(address) || e.prefix.length < longest) continue;
    longest = e.prefix.length;
    value = e.value;
  }
  return value;
}

TEST(PrefixMap, WithoutEntriesFindsNothing) {
  for (const PrefixMap& map : {PrefixMap{}, PrefixMap{Entries{}}}) {
    EXPECT_TRUE(map.empty());
    EXPECT_EQ(find(map, "192.0.2.1"), PrefixMap::none);
    EXPECT_EQ(find(map, "2001:db8::1"), PrefixMap::none);
  }
}

TEST(PrefixMap, PrefersTheLongest) {
  const PrefixMap map{Entries{{prefix("10.0.0.0/8"), 1},
                              {prefix("10.1.0.0/16"), 2},
                              {prefix("10.1.2.0/24"), 3},
                              {prefix("10.1.2.3"), 4},
                              {prefix("2001:db8::/32"), 5},
                              {prefix("2001:db8:0:1::/64"), 6}}};
  EXPECT_FALSE(map.empty());
  EXPECT_EQ(find(map, "10.9.9.9"), 1U);
  EXPECT_EQ(find(map, "10.1.9.9"), 2U);
  EXPECT_EQ(find(map, "10.1.2.9"), 3U);
  EXPECT_EQ(find(map, "10.1.2.3"), 4U);
  EXPECT_EQ(find(map, "11.1.2.3"), PrefixMap::none);
  EXPECT_EQ(find(map, "2001:db8::1"), 5U);
  EXPECT_EQ(find(map, "2001:db8:0:1::1"), 6U);
  EXPECT_EQ(find(map, "2001:db9::1"), PrefixMap::none);
}

TEST(PrefixMap, KeepsTheFamiliesApart) {
  const PrefixMap both{Entries{{prefix("0.0.0.0/0"), 4}, {prefix("::/0"), 6}}};
  EXPECT_EQ(find(both, "203.0.113.1"), 4U);
  EXPECT_EQ(find(both, "::1"), 6U);
  EXPECT_EQ(find(both, "ff02::1"), 6U);
  const PrefixMap only_ipv6{Entries{{prefix("::/0"), 6}}};
  EXPECT_EQ(find(only_ipv6, "203.0.113.1"), PrefixMap::none);
  const PrefixMap only_ipv4{Entries{{prefix("0.0.0.0/0"), 4}}};
  EXPECT_EQ(find(only_ipv4, "2001:db8::1"), PrefixMap::none);
  // Prefixes about the block of mapped addresses.
  const PrefixMap around{
      Entries{{prefix("::/64"), 1}, {prefix("0.0.0.0/8"), 2}, {prefix("::/80"), 3}}};
  EXPECT_EQ(find(around, "0.1.2.3"), 2U);
  EXPECT_EQ(find(around, "1.1.2.3"), PrefixMap::none);
  EXPECT_EQ(find(around, "::7"), 3U);
  EXPECT_EQ(find(around, "::1:0:0:7"), 1U);
}

TEST(PrefixMap, TakesTheLastOfEqualPrefixes) {
  const PrefixMap map{Entries{{prefix("10.0.0.0/8"), 1}, {prefix("10.0.0.0/8"), 2}}};
  EXPECT_EQ(find(map, "10.1.1.1"), 2U);
}

TEST(PrefixMap, ComesBackFromAMarkerThatLeadsNowhere) {
  // The search for 10.1.9.9 meets the marker that 10.1.2.3 leaves at /16 and finds nothing longer.
  const PrefixMap map{
      Entries{{prefix("10.0.0.0/8"), 1}, {prefix("172.16.0.0/16"), 2}, {prefix("10.1.2.3"), 3}}};
  EXPECT_EQ(find(map, "10.1.9.9"), 1U);
  EXPECT_EQ(find(map, "10.1.2.3"), 3U);
  EXPECT_EQ(find(map, "172.16.1.1"), 2U);
  EXPECT_EQ(find(map, "172.17.1.1"), PrefixMap::none);
}

TEST(PrefixMap, HasEveryLengthOfBothFamiliesAtOnce) {
  Entries entries;
  for (unsigned length = 0; length <= 32; ++length) {
    const Address address = Address::parse("170.170.170.170")->masked(96 + length);
    entries.push_back({{address, static_cast<std::uint8_t>(96 + length)}, length});
  }
  for (unsigned length = 0; length <= 128; ++length) {
    const Address address =
        Address::parse("2aaa:aaaa:aaaa:aaaa:5555:5555:5555:5555")->masked(length);
    entries.push_back({{address, static_cast<std::uint8_t>(length)}, 1000 + length});
  }
  const PrefixMap map{entries};
  for (const PrefixMap::Entry& e : entries) {
    // The prefix's own first address, and the one that differs in the bit behind the prefix.
    EXPECT_EQ(map.find(e.prefix.address), model(entries, e.prefix.address));
    EXPECT_GE(map.find(e.prefix.address), e.value);
  }
}

/// Addresses that share long prefixes with each other.
Address random_address(std::mt19937& random, bool ipv4) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::uint8_t& byte : bytes)
    byte = random() % 4 == 0 ? static_cast<std::uint8_t>(random()) : 0;
  if (ipv4) return Address::from_ipv4(load<be32>(bytes.data()));
  // The first groups of the mapped block, its neighbours, and an ordinary one.
  bytes[0] = random() % 2 == 0 ? 0x20 : 0;
  return Address::from_ipv6(bytes.data());
}

TEST(PrefixMap, AgreesWithTheModelOnRandomPrefixes) {
  std::mt19937 random{6};
  for (int round = 0; round < 60; ++round) {
    Entries entries;
    const std::size_t count = 1 + random() % (round % 2 == 0 ? 12 : 400);
    for (std::uint32_t i = 0; i < count; ++i) {
      const bool ipv4 = random() % 2 == 0;
      const auto length = static_cast<unsigned>(ipv4 ? 96 + random() % 33 : random() % 129);
      const Address address = random_address(random, ipv4).masked(length);
      if (!ipv4 && address.is_ipv4()) continue;
      entries.push_back({{address, static_cast<std::uint8_t>(length)}, i});
    }
    const PrefixMap map{entries};
    for (int i = 0; i < 400; ++i) {
      Address address = random_address(random, random() % 2 == 0);
      if (!entries.empty() && random() % 2 == 0) {
        // One that lies in a prefix or just outside of it.
        address = entries[random() % entries.size()].prefix.address;
        std::array<std::uint8_t, 16> bytes;
        std::memcpy(bytes.data(), address.bytes(), 16);
        bytes.at(random() % 16) ^= static_cast<std::uint8_t>(1U << random() % 8);
        address = Address::from_ipv6(bytes.data());
      }
      ASSERT_EQ(map.find(address), model(entries, address)) << address.to_string();
    }
  }
}

}  // namespace
}  // namespace sekimori
