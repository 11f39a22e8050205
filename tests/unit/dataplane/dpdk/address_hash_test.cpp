#include "dataplane/dpdk/address_hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/support/card_frames.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori {
namespace {

constexpr SipKey key{.k0 = 0x0123456789abcdef, .k1 = 0xfedcba9876543210};

test::Bytes frame(const std::string& line) {
  const auto bytes = test::encode_packet(line, Side::inside);
  EXPECT_TRUE(bytes.has_value()) << line << ": " << bytes.error();
  return bytes.value_or(test::Bytes{});
}

std::optional<std::uint64_t> hash(const std::string& line) {
  return address_hash(frame(line), key);
}

/// Packets of one flow, by whatever they look like.
struct Pair {
  const char* description;
  const char* one;
  const char* other;
};

class SameOwner : public testing::TestWithParam<Pair> {};

TEST_P(SameOwner, ForBoth) {
  const auto one = hash(GetParam().one);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one, hash(GetParam().other)) << GetParam().description;
}

const Pair pairs[] = {
    {"both directions, IPv4", "198.51.100.7:4000 > 192.0.2.10:80 tcp [S]",
     "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.]"},
    {"both directions, IPv6", "[2001:db8::7]:4000 > [2001:db8::10]:80 tcp [S]",
     "[2001:db8::10]:80 > [2001:db8::7]:4000 tcp [S.]"},
    {"another connection of the same hosts", "198.51.100.7:4000 > 192.0.2.10:80 tcp [S]",
     "198.51.100.7:4001 > 192.0.2.10:443 tcp [S]"},
    {"with and without a VLAN tag", "198.51.100.7:4000 > 192.0.2.10:80 tcp [S]",
     "vlan=100 198.51.100.7:4000 > 192.0.2.10:80 tcp [S]"},
    {"with and without two VLAN tags", "[2001:db8::7]:53 > [2001:db8::10]:53 udp",
     "svlan=7 vlan=100 [2001:db8::7]:53 > [2001:db8::10]:53 udp"},
    {"an ICMP error of a router and what it quotes",
     "203.0.113.1 > 192.0.2.10 icmp 3/4 mtu=1300 quote=28 | 192.0.2.10:80 > 198.51.100.7:4000 tcp",
     "198.51.100.7:4000 > 192.0.2.10:80 tcp [S]"},
    {"an ICMPv6 error of a router and what it quotes",
     "2001:db8:ffff::1 > 2001:db8::10 icmp 2/0 mtu=1300 quote=60 | [2001:db8::10]:80 > "
     "[2001:db8::7]:4000 tcp",
     "[2001:db8::7]:4000 > [2001:db8::10]:80 tcp [S]"},
    {"an echo request, which quotes nothing", "198.51.100.7 > 192.0.2.10 icmp 8/0",
     "198.51.100.7:4000 > 192.0.2.10:80 tcp [S]"},
};

INSTANTIATE_TEST_SUITE_P(Packets, SameOwner, testing::ValuesIn(pairs));

TEST(AddressHash, TellsHostsAndKeysApart) {
  const auto packet = frame("198.51.100.7:4000 > 192.0.2.10:80 tcp [S]");
  EXPECT_NE(address_hash(packet, key), hash("198.51.100.8:4000 > 192.0.2.10:80 tcp [S]"));
  EXPECT_NE(address_hash(packet, key), address_hash(packet, SipKey{.k0 = 1, .k1 = 2}));
}

TEST(AddressHash, SpreadsSourcesEvenly) {
  std::array<unsigned, 8> workers{};
  for (unsigned host = 0; host < 8192; ++host) {
    auto packet = frame("198.51.100.7:4000 > 192.0.2.10:80 tcp [S]");
    packet[28] = static_cast<std::uint8_t>(host >> 8);
    packet[29] = static_cast<std::uint8_t>(host);
    ++workers[*address_hash(packet, key) >> 61];
  }
  for (const unsigned packets : workers) {
    EXPECT_GT(packets, 850U);
    EXPECT_LT(packets, 1200U);
  }
}

TEST(AddressHash, IsEmptyForWhatHasNoAddresses) {
  for (const auto& line : {"vlan=100 198.51.100.7:4000 > 192.0.2.10:80 tcp [S]",
                           "[2001:db8::7]:4000 > [2001:db8::10]:80 tcp [S]"}) {
    const auto whole = frame(line);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      // A copy of that length, so that a read behind its end is one behind the allocation.
      const test::Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      const bool has_addresses = length >= (whole[12] == 0x81 ? 18U + 20U : 14U + 40U);
      EXPECT_EQ(address_hash(cut, key).has_value(), has_addresses) << line << " cut to " << length;
    }
  }
  test::Bytes arp = frame("198.51.100.7:4000 > 192.0.2.10:80 tcp [S]");
  arp[12] = 0x08;
  arp[13] = 0x06;
  EXPECT_FALSE(address_hash(arp, key).has_value());
}

TEST(AddressHash, SurvivesAnyQuoteLength) {
  const auto error = frame(
      "203.0.113.1 > 192.0.2.10 icmp 3/4 mtu=1300 quote=28 | 192.0.2.10:80 > 198.51.100.7:4000 "
      "tcp");
  for (std::size_t length = 34; length < error.size(); ++length) {
    const test::Bytes cut(error.begin(), error.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_TRUE(address_hash(cut, key).has_value());
  }
}

TEST(AddressHash, SeesThroughACardsMetadata) {
  const test::Bytes plain = frame("198.51.100.7:4000 > 192.0.2.10:80 tcp [S]");
  EXPECT_EQ(address_hash(test::with_metadata(plain, {}), key), address_hash(plain, key));
  const test::Bytes twice = test::with_metadata(test::with_metadata(plain, {}), {});
  EXPECT_EQ(address_hash(twice, key), std::nullopt);
}

}  // namespace
}  // namespace sekimori
