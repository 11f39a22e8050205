#include "common/address.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sekimori {
namespace {

TEST(Address, ReadsAndWritesText) {
  struct Case {
    std::string_view text;
    std::optional<std::string_view> written;
  };
  constexpr std::string_view longest = "2001:db8:1111:2222:3333:4444:5555:6666";
  constexpr std::array cases{
      Case{"0.0.0.0", "0.0.0.0"},
      Case{"192.0.2.1", "192.0.2.1"},
      Case{"255.255.255.255", "255.255.255.255"},
      Case{"::", "::"},
      Case{"::1", "::1"},
      Case{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      Case{longest, longest},
      // The IPv4 form and the mapped IPv6 form are the same address.
      Case{"::ffff:192.0.2.1", "192.0.2.1"},
      Case{"", std::nullopt},
      Case{"192.0.2", std::nullopt},
      Case{"192.0.2.256", std::nullopt},
      Case{"192.0.2.1 ", std::nullopt},
      Case{"192.0.2.01", std::nullopt},
      Case{"2001:db8:::1", std::nullopt},
      Case{"fe80::1%eth0", std::nullopt},
      Case{"example.org", std::nullopt},
      Case{"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", std::nullopt},
  };
  for (const Case& c : cases) {
    const auto address = Address::parse(c.text);
    ASSERT_EQ(address.has_value(), c.written.has_value()) << c.text;
    if (address) {
      EXPECT_EQ(address->to_string(), *c.written) << c.text;
    }
  }
}

TEST(Address, KeepsItsBytesInNetworkOrder) {
  const std::array<std::uint8_t, 4> four{192, 0, 2, 1};
  const Address ipv4 = Address::from_ipv4(load<be32>(four.data()));
  EXPECT_EQ(ipv4, *Address::parse("192.0.2.1"));
  EXPECT_EQ(ipv4, Address::from_ipv4(be32{0xc0000201}));
  EXPECT_EQ(ipv4.family(), Family::ipv4);
  EXPECT_EQ(ipv4.ipv4(), be32{0xc0000201});
  EXPECT_EQ(ipv4.high(), 0U);
  EXPECT_EQ(ipv4.low(), 0x0000ffff'c0000201U);

  const Address ipv6 = *Address::parse("2001:db8:1:2:3:4:5:6");
  EXPECT_EQ(ipv6.family(), Family::ipv6);
  EXPECT_EQ(ipv6.high(), 0x20010db8'00010002U);
  EXPECT_EQ(ipv6.low(), 0x00030004'00050006U);
  EXPECT_EQ(ipv6, Address::from_ipv6(ipv6.bytes()));
}

TEST(Address, MasksEveryLength) {
  const Address ones = *Address::parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  for (unsigned length = 0; length <= 128; ++length) {
    const Address masked = ones.masked(length);
    for (unsigned bit = 0; bit < 128; ++bit) {
      const bool set = (masked.bytes()[bit / 8] >> (7 - bit % 8) & 1) != 0;
      ASSERT_EQ(set, bit < length) << "length " << length << ", bit " << bit;
    }
  }
}

TEST(Address, OrdersByItsBytes) {
  EXPECT_LT(*Address::parse("10.0.0.1"), *Address::parse("10.0.0.2"));
  EXPECT_LT(*Address::parse("9.255.255.255"), *Address::parse("10.0.0.0"));
  EXPECT_LT(*Address::parse("255.255.255.255"), *Address::parse("2001:db8::"));
}

TEST(Prefix, ReadsAndWritesText) {
  struct Case {
    std::string_view text;
    std::optional<std::string_view> written;
  };
  constexpr std::array cases{
      Case{"0.0.0.0/0", "0.0.0.0/0"},
      Case{"192.0.2.0/24", "192.0.2.0/24"},
      Case{"192.0.2.1", "192.0.2.1/32"},
      Case{"192.0.2.1/32", "192.0.2.1/32"},
      Case{"::/0", "::/0"},
      Case{"2001:db8::/32", "2001:db8::/32"},
      Case{"2001:db8::1", "2001:db8::1/128"},
      Case{"192.0.2.1/24", std::nullopt},
      Case{"192.0.2.0/33", std::nullopt},
      Case{"2001:db8::/129", std::nullopt},
      Case{"2001:db8::1/127", std::nullopt},
      Case{"192.0.2.0/", std::nullopt},
      Case{"192.0.2.0/x", std::nullopt},
      Case{"192.0.2.0/24/24", std::nullopt},
      Case{"192.0.2.0/-1", std::nullopt},
      Case{"192.0.2.0/4294967320", std::nullopt},
      Case{"/24", std::nullopt},
      Case{"", std::nullopt},
  };
  for (const Case& c : cases) {
    const auto prefix = Prefix::parse(c.text);
    ASSERT_EQ(prefix.has_value(), c.written.has_value()) << c.text;
    if (prefix) {
      EXPECT_EQ(prefix->to_string(), *c.written) << c.text;
    }
  }
}

TEST(Prefix, ContainsItsAddressesOnly) {
  struct Case {
    std::string_view prefix;
    std::string_view address;
    bool contained;
  };
  constexpr std::array cases{
      Case{"192.0.2.0/24", "192.0.2.0", true},
      Case{"192.0.2.0/24", "192.0.2.255", true},
      Case{"192.0.2.0/24", "192.0.3.0", false},
      Case{"192.0.2.7", "192.0.2.7", true},
      Case{"192.0.2.7", "192.0.2.6", false},
      Case{"0.0.0.0/0", "203.0.113.9", true},
      Case{"0.0.0.0/0", "2001:db8::1", false},
      Case{"2001:db8::/32", "2001:db8:ffff::1", true},
      Case{"2001:db8::/32", "2001:db9::", false},
      Case{"::/0", "2001:db8::1", true},
      // The block of mapped addresses lies in ::/0 but means IPv4.
      Case{"::/0", "192.0.2.1", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Prefix::parse(c.prefix)->contains(*Address::parse(c.address)), c.contained)
        << c.prefix << " " << c.address;
  }
}

}  // namespace
}  // namespace sekimori
