#include "dataplane/stages/classify.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

struct Row {
  const char* description;
  Side from;
  Action otherwise;  ///< of what belongs to no object and of unknown EtherTypes
  const char* packet;
  const char* becomes;
};

class Classify : public testing::TestWithParam<Row> {};

TEST_P(Classify, DecidesWhatBelongsToNoObject) {
  const Row& row = GetParam();
  TestPolicy policy;
  policy.global.unprotected = row.otherwise;
  policy.global.unknown_ethertype = row.otherwise;
  TestWorker worker{policy, {classify}};
  EXPECT_EQ(worker.take(row.from, {row.packet}).front(), row.becomes) << row.description;
  EXPECT_EQ(worker.ground.counters(), "");
}

constexpr auto out = Side::outside;
constexpr auto in = Side::inside;

INSTANTIATE_TEST_SUITE_P(
    Frames, Classify,
    testing::Values(
        Row{"to an object", out, Action::drop, "198.51.100.7:1 > 192.0.2.10:2 udp", "open"},
        Row{"to an object over IPv6", out, Action::drop,
            "vlan=5 [2001:db8::7]:1 > [2001:db8::10]:2 udp", "open"},
        Row{"to none, passed", out, Action::pass, "198.51.100.7:1 > 192.0.2.11:2 udp", "forward"},
        Row{"to none, refused", out, Action::drop, "198.51.100.7:1 > 192.0.2.11:2 udp",
            "drop unprotected"},
        Row{"a source outside that is an object's address is not one", out, Action::drop,
            "192.0.2.10:1 > 192.0.2.11:2 udp", "drop unprotected"},
        Row{"from an object", in, Action::drop, "192.0.2.10:2 > 198.51.100.7:1 udp", "open"},
        Row{"from none", in, Action::drop, "192.0.2.11:2 > 198.51.100.7:1 udp", "forward"},
        Row{"malformed, to an object", out, Action::drop,
            "198.51.100.7:1 > 192.0.2.10:2 udp badsum", "open"},
        Row{"malformed, to none", out, Action::pass, "198.51.100.7:1 > 192.0.2.11:2 udp badsum",
            "forward"},
        Row{"malformed before its addresses", out, Action::pass, "raw 0200000000020200000000010800",
            "drop ip_truncated"},
        Row{"cut within its Ethernet header", in, Action::pass, "raw 020000000002",
            "drop frame_truncated"},
        Row{"LLDP, passed", out, Action::pass, "ether=0x88cc len=46", "forward"},
        Row{"LLDP, refused", in, Action::drop, "ether=0x88cc len=46", "drop ethertype_refused"},
        Row{"three tags, refused", out, Action::drop,
            "vlan=1 vlan=2 vlan=3 198.51.100.7:1 > 192.0.2.10:2 udp", "drop ethertype_refused"},
        Row{"ARP passes all the same", out, Action::drop, "ether=0x0806 len=28", "forward"},
        Row{"ARP in a tag", in, Action::drop, "vlan=9 ether=0x0806 len=28", "forward"},
        Row{"neighbour solicitation to an object", out, Action::drop,
            "2001:db8::7 > 2001:db8::10 ttl=255 icmp 135/0 len=16", "forward"},
        Row{"duplicate address detection", out, Action::drop,
            ":: > ff02::1:ff00:10 ttl=255 icmp 135/0 len=16", "forward"},
        Row{"router advertisement", in, Action::drop, "fe80::1 > ff02::1 ttl=255 icmp 134/0 len=16",
            "forward"},
        Row{"redirect", in, Action::drop, "fe80::1 > 2001:db8::7 ttl=255 icmp 137/0 len=32",
            "forward"},
        Row{"neighbour solicitation from afar", out, Action::drop,
            "2001:db8::7 > 2001:db8::10 ttl=254 icmp 135/0 len=16", "open"},
        Row{"echo request from the link", out, Action::drop,
            "2001:db8::7 > 2001:db8::10 ttl=255 icmp 128/0 len=16", "open"},
        Row{"the type alone is not ICMPv6", out, Action::drop,
            "198.51.100.7 > 192.0.2.10 ttl=255 proto=58 hex=8700000000000000", "open"}));

TEST(Classify, PrefersTheLongestPrefix) {
  const TestPolicy policy{.objects = {{.name = "net", .prefixes = {"192.0.2.0/24"}},
                                      {.name = "host", .prefixes = {"192.0.2.10"}}}};
  TestGround ground{policy};
  WorkerState state{policy.global,   1, ground.secret, ground.keys, ground.stats, ground.meters,
                    *ground.evidence};
  StageContext context{.state = state, .policy = ground.policy, .now = ground.now};
  FrameBuffer near{frame_bytes("198.51.100.7:1 > 192.0.2.9:2 udp")};
  FrameBuffer host{frame_bytes("198.51.100.7:1 > 192.0.2.10:2 udp")};
  FrameBuffer none{frame_bytes("198.51.100.7:1 > 192.0.3.1:2 udp")};
  std::array frames{near.frame(), host.frame(), none.frame()};
  std::array<Decision, 3> decisions;
  const auto burst = std::make_unique<Burst>();
  burst->start(Side::outside, frames, decisions);
  classify(*burst, context);
  EXPECT_EQ(burst->object[0], 0U);
  EXPECT_EQ(burst->object[1], 1U);
  EXPECT_EQ(burst->object[2], Burst::no_object);
  EXPECT_EQ(burst->open, 3U);
}

TEST(Classify, CountsChecksumsThatWereCompleted) {
  TestGround ground{TestPolicy{}};
  WorkerState state{
      ground.policy.global(), 1, ground.secret, ground.keys, ground.stats, ground.meters,
      *ground.evidence};
  StageContext context{.state = state, .policy = ground.policy, .now = ground.now};
  Bytes bytes = frame_bytes("198.51.100.7:1 > 192.0.2.10:2 udp data=query");
  const Bytes addresses(bytes.begin() + 26, bytes.begin() + 34);
  const auto partial =
      static_cast<std::uint16_t>(~internet_checksum({}, pseudo_header(addresses, 17, 13)));
  bytes[40] = static_cast<std::uint8_t>(partial >> 8);
  bytes[41] = static_cast<std::uint8_t>(partial);
  FrameBuffer buffer{bytes, ChecksumHint::allow_partial};
  std::array frames{buffer.frame()};
  std::array<Decision, 1> decisions;
  const auto burst = std::make_unique<Burst>();
  burst->start(Side::outside, frames, decisions);
  classify(*burst, context);
  EXPECT_EQ(burst->open, 1U);
  EXPECT_EQ(ground.counters(), "checksum_completed=1");
  EXPECT_EQ(buffer.bytes(), frame_bytes("198.51.100.7:1 > 192.0.2.10:2 udp data=query"));
}

}  // namespace
}  // namespace sekimori::test
