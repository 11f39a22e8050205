#include "dataplane/state/source_table.hpp"

#include <gtest/gtest.h>

#include "common/policy_image.hpp"

namespace sekimori {
namespace {

const Address source = *Address::parse("198.51.100.7");

SourceTable table_of(std::uint32_t capacity) {
  return {capacity, SipKey{.k0 = 1, .k1 = 2}};
}

TEST(SourceTable, HoldsASourceForItsLifetime) {
  SourceTable table = table_of(16);
  EXPECT_FALSE(table.contains(source, 1000));
  EXPECT_EQ(table.add(source, 1000, 500), SourceTable::Added::entered);
  EXPECT_TRUE(table.contains(source, 1000));
  EXPECT_TRUE(table.contains(source, 1499));
  EXPECT_FALSE(table.contains(source, 1500));
  EXPECT_FALSE(table.contains(*Address::parse("198.51.100.8"), 1000));
}

TEST(SourceTable, ProlongsTheStayOfASourceThatIsThere) {
  SourceTable table = table_of(1);
  EXPECT_EQ(table.add(source, 1000, 500), SourceTable::Added::entered);
  EXPECT_EQ(table.add(source, 1400, 500), SourceTable::Added::prolonged);
  EXPECT_TRUE(table.contains(source, 1899));
  EXPECT_EQ(table.size(), 1U);
}

TEST(SourceTable, VouchesForAnIpv6NetworkAndForOneIpv4Address) {
  SourceTable table = table_of(16);
  table.add(*Address::parse("2001:db8:0:1::7"), 0, 100);
  EXPECT_TRUE(table.contains(*Address::parse("2001:db8:0:1:ffff::1"), 0));
  EXPECT_FALSE(table.contains(*Address::parse("2001:db8:0:2::7"), 0));
  table.add(source, 0, 100);
  EXPECT_FALSE(table.contains(*Address::parse("198.51.100.6"), 0));
  // The network of mapped addresses is not that of IPv4.
  EXPECT_FALSE(table.contains(*Address::parse("::1"), 0));
}

TEST(SourceTable, RefusesWhenItIsFullUntilSomeExpire) {
  SourceTable table = table_of(2);
  EXPECT_EQ(table.add(Address::from_ipv4(be32{1}), 0, 100), SourceTable::Added::entered);
  EXPECT_EQ(table.add(Address::from_ipv4(be32{2}), 0, 200), SourceTable::Added::entered);
  EXPECT_EQ(table.add(Address::from_ipv4(be32{3}), 0, 100), SourceTable::Added::refused);
  table.sweep(2, 99);
  EXPECT_EQ(table.size(), 2U);
  table.sweep(2, 100);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.add(Address::from_ipv4(be32{3}), 100, 100), SourceTable::Added::entered);
  EXPECT_TRUE(table.contains(Address::from_ipv4(be32{2}), 100));
}

TEST(SourceTable, KeepsTimeAcrossTheWrapOfTheClock) {
  SourceTable table = table_of(2);
  table.add(source, 0xffffffff - 10, 100);
  EXPECT_TRUE(table.contains(source, 0xffffffff));
  EXPECT_TRUE(table.contains(source, 50));
  EXPECT_FALSE(table.contains(source, 89));
  // The longest lifetime that a policy can set.
  table.add(source, 5, PolicyBounds::max_seconds * 1000);
  EXPECT_TRUE(table.contains(source, 5));
  EXPECT_TRUE(table.contains(source, 4 + PolicyBounds::max_seconds * 1000));
}

}  // namespace
}  // namespace sekimori
