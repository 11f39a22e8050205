#include "dataplane/stages/icmp_errors.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dataplane/stages/stories.hpp"

namespace sekimori::test {
namespace {

const std::string router = "203.0.113.1 > 192.0.2.10 ";

TEST(IcmpErrors, FromOutsideQuoteTheServersNumbers) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  worker.play(spliced_and({{.outside = router + "icmp 3/4 mtu=1300 quote=28 | " + to_client +
                                       "tcp [.] seq=$cookie+1 ack=1001 len=1460",
                            .becomes = "open " + router + "icmp 3/4 mtu=1300 quote=28 | " +
                                       to_client + "tcp [.] seq=5000001 ack=1001 len=1460"},
                           {.outside = router + "icmp 11/0 | " + to_client +
                                       "tcp [P.] seq=$cookie+1 ack=1001 win=5 len=100",
                            .becomes = "open " + router + "icmp 11/0 | " + to_client +
                                       "tcp [P.] seq=5000001 ack=1001 win=5 len=100"}}));
  EXPECT_EQ(worker.ground.counter(Counter::icmp_translated), 2U);
}

TEST(IcmpErrors, FromInsideQuoteTheClientsAcknowledgement) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  worker.play(spliced_and({{.inside = "192.0.2.10 > 198.51.100.7 icmp 3/1 | " + to_server +
                                      "tcp [.] seq=1001 ack=5000001 win=5 len=9",
                            .becomes = "open 192.0.2.10 > 198.51.100.7 icmp 3/1 | " + to_server +
                                       "tcp [.] seq=1001 ack=$cookie+1 win=5 len=9"},
                           // The client's own numbers are the same on both sides.
                           {.inside = "192.0.2.10 > 198.51.100.7 icmp 3/1 quote=28 | " + to_server +
                                      "tcp [.] seq=1001 ack=5000001 win=5 len=9",
                            .becomes = "open"}}));
}

TEST(IcmpErrors, OverIpv6AreTranslatedToo) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  const std::string client = "[2001:db8::7]:4000 > [2001:db8::10]:80 ";
  const std::string server = "[2001:db8::10]:80 > [2001:db8::7]:4000 ";
  worker.play({{.outside = client + "tcp [S] seq=1000",
                .becomes = "reply " + server + "tcp [S.] seq=$cookie ack=1001 win=14600"},
               {.outside = client + "tcp [.] seq=1001 ack=$cookie+1 win=9",
                .becomes = "forward " + client + "tcp [S] seq=1000 win=9 mss=1220"},
               {.inside = server + "tcp [S.] seq=5000000 ack=1001",
                .becomes = "reply " + client + "tcp [.] seq=1001 ack=5000001 win=9"},
               {.outside = "2001:db8:f::1 > 2001:db8::10 icmp 2/0 mtu=1280 | " + server +
                           "tcp [.] seq=$cookie+1 ack=1001 win=5 len=1400",
                .becomes = "open 2001:db8:f::1 > 2001:db8::10 icmp 2/0 mtu=1280 | " + server +
                           "tcp [.] seq=5000001 ack=1001 win=5 len=1400"}});
}

struct Row {
  const char* description;
  Side from;
  SynMode mode;
  const char* packet;
  const char* becomes;
};

class OtherIcmp : public testing::TestWithParam<Row> {};

TEST_P(OtherIcmp, PassesAsItIsOrNot) {
  TestWorker worker = tcp_worker(policy_with_mode(GetParam().mode));
  EXPECT_EQ(worker.take(GetParam().from, {GetParam().packet}).front(), GetParam().becomes)
      << GetParam().description;
  EXPECT_EQ(worker.ground.counters(), "");
}

constexpr auto out = Side::outside;
constexpr auto proxy = SynMode::proxy;

INSTANTIATE_TEST_SUITE_P(
    Messages, OtherIcmp,
    testing::Values(
        Row{"echo", out, proxy, "203.0.113.1 > 192.0.2.10 icmp 8/0 len=56", "open"},
        Row{"echo over IPv6", out, proxy, "2001:db8::7 > 2001:db8::10 icmp 128/0 len=56", "open"},
        Row{"about a connection that is not there", out, proxy,
            "203.0.113.1 > 192.0.2.10 icmp 3/1 quote=28 | 192.0.2.10:80 > 198.51.100.7:4000 tcp "
            "[.] seq=1",
            "drop icmp_unmatched"},
        Row{"likewise over IPv6", out, proxy,
            "2001:db8:f::1 > 2001:db8::10 icmp 1/0 | [2001:db8::10]:80 > [2001:db8::7]:4000 tcp "
            "[.] seq=1",
            "drop icmp_unmatched"},
        Row{"likewise where connections are not spliced", out, SynMode::reset,
            "203.0.113.1 > 192.0.2.10 icmp 3/1 quote=28 | 192.0.2.10:80 > 198.51.100.7:4000 tcp "
            "[.] seq=1",
            "open"},
        Row{"likewise from inside", Side::inside, proxy,
            "192.0.2.10 > 198.51.100.7 icmp 3/3 quote=28 | 198.51.100.7:4000 > 192.0.2.10:80 tcp "
            "[S] seq=1",
            "open"},
        Row{"about UDP", out, proxy,
            "203.0.113.1 > 192.0.2.10 icmp 3/1 quote=28 | 192.0.2.10:80 > 198.51.100.7:4000 udp",
            "open"},
        Row{"about a later fragment", out, proxy,
            "203.0.113.1 > 192.0.2.10 icmp 11/1 | 192.0.2.10 > 198.51.100.7 frag=1480 proto=6 "
            "len=80",
            "open"},
        Row{"a quote too short for ports and number", out, proxy,
            "203.0.113.1 > 192.0.2.10 icmp 3/1 quote=27 | 192.0.2.10:80 > 198.51.100.7:4000 tcp "
            "[.] seq=1",
            "open"},
        Row{"a quote too short for its IP header", out, proxy,
            "203.0.113.1 > 192.0.2.10 icmp 3/1 quote=19 | 192.0.2.10:80 > 198.51.100.7:4000 tcp "
            "[.] seq=1",
            "open"},
        Row{"nothing quoted", out, proxy, "203.0.113.1 > 192.0.2.10 icmp 3/1", "open"},
        Row{"a short quote over IPv6", out, proxy,
            "2001:db8:f::1 > 2001:db8::10 icmp 1/0 quote=47 | [2001:db8::10]:80 > "
            "[2001:db8::7]:4000 tcp [.] seq=1",
            "open"},
        Row{"quoted header of 16 bytes", out, proxy,
            "203.0.113.1 > 192.0.2.10 icmp 3/1 | 192.0.2.10:80 > 198.51.100.7:4000 ihl=4 tcp [.]",
            "open"},
        Row{"quoted header longer than the quote", out, proxy,
            "203.0.113.1 > 192.0.2.10 icmp 3/1 quote=40 | 192.0.2.10:80 > 198.51.100.7:4000 ihl=15 "
            "tcp [.]",
            "open"},
        Row{"quoted version 6 over IPv4", out, proxy,
            "203.0.113.1 > 192.0.2.10 icmp 3/1 | 192.0.2.10:80 > 198.51.100.7:4000 ver=6 tcp [.]",
            "open"}));

TEST(IcmpErrors, AboutAConnectionThatIsNotTranslatedPass) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::reset));
  worker.play(
      {{.inside = to_client + "tcp [.] seq=5 ack=6 len=9", .becomes = "open"},
       {.outside = router + "icmp 3/4 mtu=1300 | " + to_client + "tcp [.] seq=5 ack=6 len=9",
        .becomes = "open"}});
  EXPECT_EQ(worker.ground.counter(Counter::icmp_translated), 0U);
}

}  // namespace
}  // namespace sekimori::test
