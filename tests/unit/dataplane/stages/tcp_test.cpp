#include "dataplane/stages/tcp.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dataplane/stages/stories.hpp"

namespace sekimori::test {
namespace {

constexpr auto out = Side::outside;
constexpr auto in = Side::inside;

TEST(TcpDispatch, FollowsTheModeOfThePort) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.objects[0].services = {
      {.first_port = 25, .last_port = 25, .syn_mode = SynMode::retransmit},
      {.first_port = 53, .last_port = 53, .syn_mode = SynMode::off},
      {.first_port = 8000, .last_port = 8100, .syn_mode = SynMode::bad_ack}};
  TestWorker worker = tcp_worker(policy);
  const auto syn_to = [](const char* port) {
    return std::string{"198.51.100.7:4000 > 192.0.2.10:"} + port + " tcp [S] seq=1";
  };
  const auto texts = worker.take(out, {syn_to("25"), syn_to("53"), syn_to("80"), syn_to("8000"),
                                       syn_to("8100"), syn_to("8101")});
  EXPECT_EQ(texts[0], "drop syn_first");
  EXPECT_EQ(texts[1], "open");
  EXPECT_NE(texts[2].find("ack=2 "), std::string::npos) << texts[2];
  EXPECT_NE(texts[3].find("seq=0 "), std::string::npos) << texts[3];
  EXPECT_NE(texts[4].find("seq=0 "), std::string::npos) << texts[4];
  EXPECT_NE(texts[5].find("ack=2 "), std::string::npos) << texts[5];
  EXPECT_EQ(worker.ground.counter(Counter::syn_received), 6U);
}

TEST(TcpDispatch, LeavesOtherPacketsAlone) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  EXPECT_EQ(
      worker.take(out, {"198.51.100.7:1 > 192.0.2.10:80 udp", "198.51.100.7 > 192.0.2.10 icmp 8/0",
                        "198.51.100.7:1 > 192.0.2.99:80 tcp [.]"}),
      (std::vector<std::string>{"open", "open", "forward"}));
}

TEST(TcpDispatch, SeesWhatEarlierSegmentsOfTheBurstHaveDone) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  auto story = client_handshake();
  worker.play({story[0]});
  const std::string ack = story[1].outside;
  const std::string data = to_server + "tcp [P.] seq=1001 ack=$cookie+1 data=GET";
  const auto texts = worker.take(out, {ack, data, ack});
  EXPECT_TRUE(texts[0].starts_with("forward "));
  EXPECT_EQ(texts[1], "hold");
  EXPECT_EQ(texts[2], "drop handshake_pending");
}

TEST(ModeOff, PassesEverything) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::off));
  for (const char* segment : {"tcp [S] seq=1", "tcp [S.] seq=1 ack=2", "tcp [.] seq=1 ack=2",
                              "tcp [R] seq=1", "tcp [F.] seq=1 ack=2"}) {
    worker.play(
        {{.outside = to_server + segment, .becomes = "open"},
         {.inside = "192.0.2.10:9 > 198.51.100.7:9 " + std::string{segment}, .becomes = "open"}});
  }
}

TEST(ModeOff, KeepsNoStateForWhatASynFloodMakesServersSend) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::off));
  worker.play({{.outside = to_server + "tcp [S] seq=1000", .becomes = "open"},
               {.inside = to_client + "tcp [S.] seq=1 ack=1001 mss=1300", .becomes = "open"},
               {.inside = to_client + "tcp [R.] seq=0 ack=1001", .becomes = "open"}});
  EXPECT_EQ(worker.state.flows.size(), 0U);
}

TEST(ModeOff, KnowsTheConnectionsThatServersKeepUp) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::off));
  worker.play({{.inside = to_client + "tcp [P.] seq=1 ack=1001 len=9", .becomes = "open"}});
  ASSERT_EQ(worker.state.flows.size(), 1U);
  EXPECT_EQ(worker.state.flows[0].state, FlowState::passing);
  EXPECT_EQ(worker.ground.counters(), "flow_created=1");
}

TEST(TrustedSource, ConnectsInEveryModeWithoutUs) {
  for (const SynMode mode :
       {SynMode::proxy, SynMode::reset, SynMode::bad_ack, SynMode::retransmit}) {
    TestPolicy policy = policy_with_mode(mode);
    policy.allow = {"198.51.100.0/24"};
    TestWorker worker = tcp_worker(policy);
    worker.play(
        {{.outside = to_server + "tcp [S] seq=1000", .becomes = "open"},
         {.inside = to_client + "tcp [S.] seq=5000000 ack=1001", .becomes = "open"},
         {.outside = to_server + "tcp [.] seq=1001 ack=5000001", .becomes = "open"},
         {.outside = to_server + "tcp [P.] seq=1001 ack=5000001 len=3", .becomes = "open"},
         {.inside = to_client + "tcp [F.] seq=5000001 ack=1004", .becomes = "open"},
         {.outside = to_server + "tcp [F.] seq=1004 ack=5000002", .becomes = "open"},
         {.inside = to_client + "tcp [.] seq=5000002 ack=1005", .becomes = "open"},
         {.at_ms = 20'000},
         {.at_ms = 20'000, .inside = to_client + "tcp [.] seq=1 ack=5 len=3", .becomes = "open"}});
  }
}

TEST(ServersOwnConnections, AreKnownByTheirSyn) {
  for (const SynMode mode :
       {SynMode::proxy, SynMode::reset, SynMode::bad_ack, SynMode::retransmit}) {
    TestWorker worker = tcp_worker(policy_with_mode(mode));
    worker.play(
        {{.inside = "192.0.2.10:5000 > 203.0.113.1:443 tcp [S] seq=1", .becomes = "open"},
         {.outside = "203.0.113.1:443 > 192.0.2.10:5000 tcp [S.] seq=9 ack=2", .becomes = "open"},
         {.inside = "192.0.2.10:5000 > 203.0.113.1:443 tcp [.] seq=2 ack=10", .becomes = "open"},
         {.outside = "203.0.113.1:443 > 192.0.2.10:5000 tcp [P.] seq=10 ack=2 len=8",
          .becomes = "open"},
         {.outside = "203.0.113.1:443 > 192.0.2.10:5001 tcp [S.] seq=9 ack=2",
          .becomes = "drop syn_ack_unsolicited"}});
  }
}

TEST(ServersOwnConnections, MayUseThePortsOfAnEndedOne) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  worker.play(
      spliced_and({{.inside = to_client + "tcp [R] seq=5000001",
                    .becomes = "open " + to_client + "tcp [R] seq=$cookie+1"},
                   {.inside = to_client + "tcp [S] seq=7000000", .becomes = "open"},
                   {.outside = to_server + "tcp [S.] seq=9 ack=7000001", .becomes = "open"},
                   {.inside = to_client + "tcp [.] seq=7000001 ack=10", .becomes = "open"}}));
}

TEST(ServersOwnConnections, ThatAreRefusedEnd) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  worker.play({{.inside = to_client + "tcp [S] seq=7000000", .becomes = "open"},
               {.outside = to_server + "tcp [R.] seq=0 ack=7000001", .becomes = "open"},
               {.at_ms = 10'001}});
  EXPECT_EQ(worker.state.flows.size(), 0U);
}

TEST(UnknownConnection, OfAProxiedServiceIsReset) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  worker.play({{.inside = to_client + "tcp [P.] seq=5 ack=777 len=9",
                .becomes = "reply " + to_server + "tcp [R] seq=777 win=0"},
               {.inside = to_client + "tcp [R] seq=5", .becomes = "open"}});
  EXPECT_EQ(worker.state.flows.size(), 0U);
  EXPECT_EQ(worker.ground.counters(), "rst_sent=1");
}

TEST(UnknownConnection, OfAnAuthenticatedServiceIsVouchedForByItsServer) {
  for (const SynMode mode : {SynMode::reset, SynMode::bad_ack, SynMode::retransmit}) {
    TestWorker worker = tcp_worker(policy_with_mode(mode));
    worker.play({{.inside = to_client + "tcp [P.] seq=5 ack=1001 len=9", .becomes = "open"},
                 {.outside = to_server + "tcp [.] seq=1001 ack=14", .becomes = "open"}});
    EXPECT_EQ(worker.state.flows.size(), 1U);
  }
}

TEST(UnknownConnection, PassesWhenTheTableIsFull) {
  TestPolicy policy = policy_with_mode(SynMode::reset);
  policy.global.flow_capacity = 1;
  TestWorker worker = tcp_worker(policy);
  worker.play(
      {{.inside = to_client + "tcp [P.] seq=5 ack=1001 len=9", .becomes = "open"},
       {.inside = "192.0.2.10:80 > 198.51.100.8:4000 tcp [.] seq=5 ack=6", .becomes = "open"}});
  EXPECT_EQ(worker.ground.counters(), "flow_created=1");
}

TEST(Backends, AreLearnedFromSynAcksThatPass) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::off));
  worker.play({{.inside = to_client + "tcp [S.] seq=1 ack=1001 mss=1300 sackok ts=1/2 nop ws=9",
                .becomes = "open"},
               {.inside = to_client + "tcp [S.] seq=1 ack=1001 mss=1300 sackok ts=3/4 nop ws=9",
                .becomes = "open"}});
  EXPECT_EQ(worker.ground.counter(Counter::backend_learned), 1U);
  const BackendProfile profile =
      worker.state.backends.advertised(*Address::parse("192.0.2.10"), 80, 1, {.mss = 1460});
  EXPECT_EQ(profile.mss, 1300);
  EXPECT_TRUE(profile.timestamps);
  EXPECT_TRUE(profile.sack);
}

TEST(Backends, ChangeWhatTheNextClientIsOffered) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  auto story = spliced_and({});
  story[2].inside = to_client + "tcp [S.] seq=5000000 ack=1001 mss=1300 nop ws=9";
  story[2].becomes = "reply " + to_server + "tcp [.] seq=1001 ack=5000001 win=100";
  worker.play(story);
  const std::string other = "198.51.100.8:4000 > 192.0.2.10:80 ";
  const std::string back = "192.0.2.10:80 > 198.51.100.8:4000 ";
  const std::string options = "mss=1460 sackok ts=10/0 nop ws=7";
  // No SACK any more at once; without SACK or timestamps no scale can be told.
  worker.play({{.outside = other + "tcp [S] seq=1000 " + options,
                .becomes = "reply " + back +
                           "tcp [S.] seq=$b ack=1001 win=14600 mss=1300 nop nop nop "
                           "nop nop nop nop nop nop nop nop nop nop nop nop nop"}});
}

TEST(Backends, ChangeTheScaleFromTheNextSlotOn) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  auto story = spliced_and({});
  story[2].inside = to_client + "tcp [S.] seq=5000000 ack=1001 mss=1460 nop nop sackok nop ws=9";
  worker.play(story);
  const std::string other = "198.51.100.8:4000 > 192.0.2.10:80 ";
  const std::string back = "192.0.2.10:80 > 198.51.100.8:4000 ";
  const std::string syn = "tcp [S] seq=1000 mss=1460 nop nop sackok nop ws=7";
  const std::string syn_ack = " ack=1001 win=14600 mss=1460 nop nop sackok nop ws=";
  worker.play(
      {{.at_ms = 63'999,
        .outside = other + syn,
        .becomes = "reply " + back + "tcp [S.] seq=$old" + syn_ack + "7"},
       {.at_ms = 64'000,
        .outside = "198.51.100.9:4000 > 192.0.2.10:80 " + syn,
        .becomes = "reply 192.0.2.10:80 > 198.51.100.9:4000 tcp [S.] seq=$new" + syn_ack + "9"},
       // The cookie of the old slot stands for the old scale.
       {.at_ms = 64'010,
        .outside = other + "tcp [.] seq=1001 ack=$old+1 win=100",
        .becomes = "forward " + other +
                   "tcp [S] seq=1000 win=12800 mss=1460 nop ws=7 sackok "
                   "nop nop"},
       {.at_ms = 64'020,
        .inside = back + "tcp [S.] seq=6000000 ack=1001 mss=1460 nop nop sackok nop ws=9",
        .becomes = "reply " + other + "tcp [.] seq=1001 ack=6000001 win=100"},
       {.at_ms = 64'030,
        .inside = back + "tcp [.] seq=6000001 ack=1001 win=100",
        .becomes = "open " + back + "tcp [.] seq=$old+1 ack=1001 win=400"}});
}

TEST(Flows, OfBothFamiliesAreApart) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::retransmit));
  EXPECT_EQ(worker.take(in, {"192.0.2.10:80 > 198.51.100.7:4000 tcp [.] len=1",
                             "[2001:db8::10]:80 > [2001:db8::7]:4000 tcp [.] len=1"}),
            (std::vector<std::string>{"open", "open"}));
  EXPECT_EQ(worker.state.flows.size(), 2U);
  EXPECT_EQ(worker.take(out, {"[2001:db8::7]:4000 > [2001:db8::10]:80 tcp [.]",
                              "[2001:db8::7]:80 > [2001:db8::10]:4000 tcp [.]"}),
            (std::vector<std::string>{"open", "drop source_unproved"}));
}

}  // namespace
}  // namespace sekimori::test
