// The stages that look at single packets: validity, meters, source lists and limits.

#include <gtest/gtest.h>

#include "dataplane/stages/classify.hpp"
#include "dataplane/stages/limits.hpp"
#include "dataplane/stages/meters.hpp"
#include "dataplane/stages/source_lists.hpp"
#include "dataplane/stages/validity.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

const std::string v4 = "198.51.100.7:4000 > 192.0.2.10:80 ";
const std::string v4_hosts = "198.51.100.7 > 192.0.2.10 ";
const std::string v6_hosts = "2001:db8::7 > 2001:db8::10 ";
const std::string five_extensions =
    "[2001:db8::7]:1 > [2001:db8::10]:2 ext=60:00010400000000 ext=60:00010400000000 "
    "ext=60:00010400000000 ext=60:00010400000000 ext=60:00010400000000 udp";

struct FaultRow {
  std::string packet;
  const char* becomes;
};

class Faults : public testing::TestWithParam<FaultRow> {};

TEST_P(Faults, AreDroppedByTheirReason) {
  TestWorker worker{TestPolicy{}, {classify, check_validity}};
  EXPECT_EQ(worker.take(Side::outside, {GetParam().packet}).front(), GetParam().becomes);
}

INSTANTIATE_TEST_SUITE_P(
    Sources, Faults,
    testing::Values(FaultRow{"127.0.0.1:1 > 192.0.2.10:2 udp", "drop ip_source_invalid"},
                    FaultRow{"192.0.2.10:1 > 192.0.2.10:2 udp", "drop land"},
                    FaultRow{"198.51.100.7:0 > 192.0.2.10:80 tcp [S]", "drop tcp_port_zero"}));

/// What is wrong whoever sends it.
class FaultsOfBothSides : public Faults {};

TEST_P(FaultsOfBothSides, AreDroppedByTheirReason) {
  std::string packet = GetParam().packet;
  TestWorker worker{TestPolicy{}, {classify, check_validity}};
  EXPECT_EQ(worker.take(Side::outside, {packet}).front(), GetParam().becomes);
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"198.51.100.7:4000 > 192.0.2.10:80",
                                            "192.0.2.10:80 > 198.51.100.7:4000"},
        {"198.51.100.7 > 192.0.2.10", "192.0.2.10 > 198.51.100.7"},
        {"2001:db8::7 > 2001:db8::10", "2001:db8::10 > 2001:db8::7"}}) {
    if (const auto at = packet.find(from); at != std::string::npos) {
      packet.replace(at, from.size(), to);
    }
  }
  ASSERT_NE(packet, GetParam().packet);
  EXPECT_EQ(worker.take(Side::inside, {packet}).front(), GetParam().becomes);
}

INSTANTIATE_TEST_SUITE_P(
    Packets, FaultsOfBothSides,
    testing::Values(FaultRow{v4 + "tcp [.] len=9 cut=62", "drop ip_truncated"},
                    FaultRow{v4 + "badip tcp [.]", "drop ip_checksum"},
                    FaultRow{v4 + "ipopt=8307040a00000100 tcp [.]", "drop ip_options_invalid"},
                    FaultRow{v6_hosts + "ext=43:00000100000000 proto=6 len=24",
                             "drop ipv6_extension_invalid"},
                    FaultRow{v4_hosts + "frag=8 proto=17", "drop fragment_invalid"},
                    FaultRow{v4_hosts + "frag=8 proto=6 len=8", "drop fragment_tiny"},
                    FaultRow{v4 + "tcp [.] off=4", "drop tcp_header_invalid"},
                    FaultRow{v4 + "tcp [.] badsum", "drop tcp_checksum"},
                    FaultRow{v4 + "tcp [S] opt=02030000", "drop tcp_options_invalid"},
                    FaultRow{v4 + "tcp [SF]", "drop tcp_flags_invalid"},
                    FaultRow{v4 + "udp udplen=9", "drop udp_length"},
                    FaultRow{v4 + "udp badsum", "drop udp_checksum"},
                    FaultRow{v4_hosts + "proto=1 len=7", "drop icmp_truncated"},
                    FaultRow{v6_hosts + "icmp 128/0 badsum", "drop icmp_checksum"}));

TEST(Validity, LeavesHeadersThatSayNoAddressesToTheDefault) {
  // A wrong version hides where the addresses are, so such a packet is nobody's.
  TestWorker worker{TestPolicy{}, {classify, check_validity}};
  EXPECT_EQ(worker.take(Side::outside, {v4 + "ver=5 tcp [.]"}).front(), "drop ip_header_invalid");
}

struct RefusalRow {
  const char* description;
  Side from;
  Action unparsed;
  Action fragments;
  SynMode mode;
  std::string packet;
  const char* becomes;
};

class Refusals : public testing::TestWithParam<RefusalRow> {};

TEST_P(Refusals, AreTheObjects) {
  const RefusalRow& row = GetParam();
  TestPolicy policy = policy_with_mode(row.mode);
  policy.objects[0].settings.unparsed = row.unparsed;
  policy.objects[0].settings.fragments = row.fragments;
  TestWorker worker{policy, {classify, check_validity}};
  EXPECT_EQ(worker.take(row.from, {row.packet}).front(), row.becomes) << row.description;
}

constexpr auto out = Side::outside;
constexpr auto pass = Action::pass;
constexpr auto drop = Action::drop;

INSTANTIATE_TEST_SUITE_P(
    Packets, Refusals,
    testing::Values(
        RefusalRow{"unparsed", out, drop, pass, SynMode::off, five_extensions, "drop unparsed"},
        RefusalRow{"unparsed, wanted", out, pass, pass, SynMode::off, five_extensions, "open"},
        RefusalRow{"fragment", out, drop, drop, SynMode::off, v4_hosts + "frag=0+ proto=17 len=8",
                   "drop fragment_refused"},
        RefusalRow{"later fragment over IPv6", out, drop, drop, SynMode::off,
                   v6_hosts + "frag=8 proto=17 len=8", "drop fragment_refused"},
        RefusalRow{"fragment, wanted", out, drop, pass, SynMode::proxy,
                   v4_hosts + "frag=0+ proto=17 len=8", "open"},
        RefusalRow{"fragment of TCP where SYNs pass", out, drop, pass, SynMode::off,
                   v4_hosts + "frag=0+ proto=6 len=24", "open"},
        RefusalRow{"fragment of TCP where they are authenticated", out, drop, pass, SynMode::reset,
                   v4_hosts + "frag=0+ proto=6 len=24", "drop fragment_refused"},
        RefusalRow{"servers may send fragments", Side::inside, drop, drop, SynMode::proxy,
                   "192.0.2.10 > 198.51.100.7 frag=0+ proto=6 len=24", "open"},
        RefusalRow{"servers may send what is not parsed", Side::inside, drop, drop, SynMode::proxy,
                   "[2001:db8::10]:1 > [2001:db8::7]:2 ext=60:00010400000000 "
                   "ext=60:00010400000000 ext=60:00010400000000 ext=60:00010400000000 "
                   "ext=60:00010400000000 udp",
                   "open"}));

TEST(Validity, RefusesFragmentsOfTcpWhereOneServiceIsAuthenticated) {
  TestPolicy policy;
  policy.objects[0].services = {{.first_port = 25, .last_port = 25, .syn_mode = SynMode::off},
                                {.first_port = 80, .last_port = 80, .syn_mode = SynMode::proxy}};
  TestWorker worker{policy, {classify, check_validity}};
  EXPECT_EQ(worker.take(out, {v4_hosts + "frag=0+ proto=6 len=24"}).front(),
            "drop fragment_refused");
}

TEST(Meters, CountWhatComesByClass) {
  TestWorker worker{TestPolicy{}, {classify, meter}};
  worker.take(out, {v4 + "tcp [.]", v4 + "udp len=100", v4_hosts + "icmp 8/0",
                    v4_hosts + "frag=8 proto=17 len=8", v4_hosts + "proto=47 len=6",
                    five_extensions, "198.51.100.7:1 > 192.0.2.99:2 udp", "ether=0x0806 len=28"});
  worker.take(Side::inside, {"192.0.2.10:80 > 198.51.100.7:4000 tcp [.] len=1000",
                             "192.0.2.99:80 > 198.51.100.7:4000 tcp [.] len=1000"});
  const ObjectMeters& meters = worker.ground.meters[0];
  const auto packets = [&](TrafficClass c) { return meters.of(c).packets; };
  const auto bytes = [&](TrafficClass c) { return meters.of(c).bytes; };
  EXPECT_EQ(packets(TrafficClass::total), 6U);
  EXPECT_EQ(packets(TrafficClass::tcp), 1U);
  EXPECT_EQ(packets(TrafficClass::udp), 1U);
  EXPECT_EQ(packets(TrafficClass::icmp), 1U);
  EXPECT_EQ(packets(TrafficClass::fragment), 1U);
  EXPECT_EQ(packets(TrafficClass::other), 2U);
  EXPECT_EQ(bytes(TrafficClass::tcp), 54U);
  EXPECT_EQ(bytes(TrafficClass::udp), 142U);
  EXPECT_EQ(bytes(TrafficClass::icmp), 42U);
  EXPECT_EQ(bytes(TrafficClass::total), 54U + 142 + 42 + 42 + 40 + 102);
  EXPECT_EQ(meters.from_inside_packets, 1U);
  EXPECT_EQ(meters.from_inside_bytes, 1054U);
  EXPECT_EQ(worker.ground.meters[1].of(TrafficClass::total).packets, 0U);
}

TEST(Meters, CountWhatIsAskedForBeforeAnyVerdict) {
  TestWorker worker{TestPolicy{.block = {"198.51.100.0/24"}},
                    {classify, check_validity, apply_source_lists, meter}};
  const std::string v6 = "[2001:db8::7]:4000 > [2001:db8::10]:80 ";
  worker.take(out, {v4 + "tcp [S]", v4 + "tcp [S.]", v4 + "tcp [R]", v4 + "tcp [R.]",
                    v4 + "tcp [F.]", v4 + "tcp [.]", "198.51.100.7:1 > 192.0.2.10:53 udp len=20",
                    "198.51.100.7:53 > 192.0.2.10:1 udp len=20",
                    "198.51.100.7:1 > 192.0.2.99:53 udp len=20"});
  const ObjectMeters& meters = worker.ground.meters[0];
  EXPECT_EQ(meters.syn_received, 1U);
  EXPECT_EQ(meters.rst_received, 2U);
  EXPECT_EQ(meters.fin_received, 1U);
  EXPECT_EQ(meters.dns_queries, 1U);
  EXPECT_EQ(meters.dropped_packets, 8U);
  worker.take(out, {v6 + "tcp [S]", v6 + "tcp [R]", v6 + "tcp [F.]",
                    "[2001:db8::7]:1 > [2001:db8::10]:53 udp len=20"});
  EXPECT_EQ(meters.syn_received, 2U);
  EXPECT_EQ(meters.rst_received, 3U);
  EXPECT_EQ(meters.fin_received, 2U);
  EXPECT_EQ(meters.dns_queries, 2U);
  worker.take(out, {v4 + "tcp [S] badsum", v4 + "tcp [R] badsum", v4 + "tcp [F.] badsum"});
  EXPECT_EQ(meters.syn_received, 2U);
  EXPECT_EQ(meters.rst_received, 3U);
  EXPECT_EQ(meters.fin_received, 2U);
}

TEST(Meters, CountWhatPasses) {
  const auto pass_tcp = [](Burst& burst, StageContext&) {
    burst.forward_all(burst.open & burst.of_class(TrafficClass::tcp));
    burst.drop_all(burst.open & burst.of_class(TrafficClass::icmp), DropReason::limit_icmp);
    burst.reply_all(burst.open);
  };
  TestWorker worker{TestPolicy{}, {classify, pass_tcp, meter}};
  worker.take(out, {v4 + "tcp [.]", v4 + "tcp [.] len=10", v4_hosts + "icmp 8/0", v4 + "udp"});
  const ObjectMeters& meters = worker.ground.meters[0];
  EXPECT_EQ(meters.passed_packets, 2U);
  EXPECT_EQ(meters.passed_bytes, 54U + 64);
  EXPECT_EQ(meters.dropped_packets, 1U);
  EXPECT_EQ(meters.dropped_bytes, 42U);
}

TEST(SourceLists, BlockAndTrustByTheLongestPrefixOfTheNearestList) {
  const TestPolicy policy{.allow = {"203.0.113.0/24"},
                          .block = {"203.0.113.64/26", "198.51.100.0/24", "2001:db8:bad::/48"},
                          .objects = {{.allow = {"198.51.100.7"}, .block = {"203.0.113.1"}},
                                      {.name = "plain", .prefixes = {"192.0.2.11"}}}};
  struct Row {
    const char* packet;
    const char* becomes;
    bool trusted;
  };
  for (const Row& row :
       {Row{"203.0.113.2:1 > 192.0.2.10:2 udp", "open", true},
        Row{"203.0.113.65:1 > 192.0.2.10:2 udp", "drop source_blocked", false},
        Row{"203.0.113.1:1 > 192.0.2.10:2 udp", "drop source_blocked", false},
        Row{"203.0.113.1:1 > 192.0.2.11:2 udp", "open", true},
        Row{"198.51.100.7:1 > 192.0.2.10:2 udp", "open", true},
        Row{"198.51.100.7:1 > 192.0.2.11:2 udp", "drop source_blocked", false},
        Row{"[2001:db8:bad::1]:1 > [2001:db8::10]:2 udp", "drop source_blocked", false},
        Row{"192.88.99.1:1 > 192.0.2.10:2 udp", "open", false}}) {
    bool trusted = false;
    TestWorker worker{policy, {classify, apply_source_lists, [&](Burst& b, StageContext&) {
                                 trusted = b.is_trusted(0);
                               }}};
    EXPECT_EQ(worker.take(out, {row.packet}).front(), row.becomes) << row.packet;
    EXPECT_EQ(trusted, row.trusted) << row.packet;
  }
}

TEST(SourceLists, DoNotApplyToServers) {
  const TestPolicy policy{.block = {"192.0.2.0/24"}};
  TestWorker worker{policy, {classify, apply_source_lists}};
  EXPECT_EQ(worker.take(Side::inside, {"192.0.2.10:2 > 198.51.100.7:1 udp"}).front(), "open");
}

struct LimitRow {
  TrafficClass limited;
  std::string packet;
  const char* becomes;
};

class Limits : public testing::TestWithParam<LimitRow> {};

TestPolicy limited_policy(TrafficClass c, const LimitRecord& limit) {
  TestPolicy policy{.allow = {"203.0.113.0/24"}};
  policy.objects[0].settings.limits[static_cast<std::size_t>(c)] = limit;
  return policy;
}

TEST_P(Limits, DropWhatPassesTheRate) {
  // At 10 packets a second a burst of a tenth is one packet, which one more may overshoot.
  TestWorker worker{limited_policy(GetParam().limited, {.packets_per_s = 10}),
                    {classify, apply_limits}};
  const std::string& packet = GetParam().packet;
  EXPECT_EQ(worker.take(out, {packet, packet, packet}),
            (std::vector<std::string>{"open", "open", GetParam().becomes}));
  worker.ground.set_ms(101);
  EXPECT_EQ(worker.take(out, {packet, packet}),
            (std::vector<std::string>{"open", GetParam().becomes}));
}

INSTANTIATE_TEST_SUITE_P(
    Classes, Limits,
    testing::Values(
        LimitRow{TrafficClass::total, v4 + "udp", "drop limit_total"},
        LimitRow{TrafficClass::tcp, v4 + "tcp [.]", "drop limit_tcp"},
        LimitRow{TrafficClass::udp, v4 + "udp", "drop limit_udp"},
        LimitRow{TrafficClass::icmp, v6_hosts + "icmp 128/0", "drop limit_icmp"},
        LimitRow{TrafficClass::fragment, v4_hosts + "frag=8 proto=17 len=8", "drop limit_fragment"},
        LimitRow{TrafficClass::other, v4_hosts + "proto=47 len=6", "drop limit_other"}));

TEST(Limits, CountBits) {
  // Ten packets of 1,042 bytes make 83,360 bits.
  TestWorker worker{limited_policy(TrafficClass::udp, {.bits_per_s = 83'360}),
                    {classify, apply_limits}};
  const std::string packet = v4 + "udp len=1000";
  EXPECT_EQ(worker.take(out, {packet, packet, packet}),
            (std::vector<std::string>{"open", "open", "drop limit_udp"}));
}

TEST(Limits, LeaveOtherClassesTrustedSourcesAndServersAlone) {
  TestWorker worker{limited_policy(TrafficClass::udp, {.packets_per_s = 1}),
                    {classify, apply_source_lists, apply_limits}};
  const std::string udp = v4 + "udp";
  EXPECT_EQ(worker.take(out, {udp, udp, udp}).back(), "drop limit_udp");
  const std::string trusted = "203.0.113.1:1 > 192.0.2.10:2 udp";
  EXPECT_EQ(worker.take(out, {v4 + "tcp [.]", trusted, trusted}),
            (std::vector<std::string>{"open", "open", "open"}));
  const std::string answer = "192.0.2.10:2 > 198.51.100.7:1 udp";
  EXPECT_EQ(worker.take(Side::inside, {answer, answer}),
            (std::vector<std::string>{"open", "open"}));
}

TEST(Limits, OfOneObjectDoNotTouchAnother) {
  TestPolicy policy = limited_policy(TrafficClass::total, {.packets_per_s = 1});
  policy.objects.push_back({.name = "other", .prefixes = {"192.0.2.11"}});
  TestWorker worker{policy, {classify, apply_limits}};
  const std::string flood = v4 + "udp";
  const std::string other = "198.51.100.7:4000 > 192.0.2.11:80 udp";
  EXPECT_EQ(worker.take(out, {flood, flood, flood, other, other, other, other}),
            (std::vector<std::string>{"open", "drop limit_total", "drop limit_total", "open",
                                      "open", "open", "open"}));
}

}  // namespace
}  // namespace sekimori::test
