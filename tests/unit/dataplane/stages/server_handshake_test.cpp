#include "dataplane/stages/server_handshake.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dataplane/stages/stories.hpp"

namespace sekimori::test {
namespace {

TestWorker proxy_worker() {
  return tcp_worker(policy_with_mode(SynMode::proxy));
}

std::vector<Step> connecting_and(const std::vector<Step>& more) {
  return joined(client_handshake(), more);
}

void expect_nothing_left(const TestWorker& worker) {
  EXPECT_EQ(worker.state.flows.size(), 0U);
  EXPECT_EQ(worker.state.handshakes.size(), 0U);
  EXPECT_EQ(worker.state.held.size(), 0U);
}

TEST(ServerHandshake, IsCompletedByOurAck) {
  TestWorker worker = proxy_worker();
  worker.play(spliced_and({}));
  EXPECT_EQ(worker.ground.counters(),
            "syn_received=1 syn_ack_sent=1 syn_forwarded=1 cookie_valid=1 flow_created=1 "
            "flow_established=1 backend_learned=1");
  EXPECT_EQ(worker.ground.meters[0].connections_established, 1U);
  EXPECT_EQ(worker.state.handshakes.size(), 0U);
  EXPECT_EQ(worker.state.flows.size(), 1U);
}

TEST(ServerHandshake, ReleasesWhatTheClientSentEarlyInOrder) {
  TestWorker worker = proxy_worker();
  auto story =
      connecting_and({{.at_ms = 11,
                       .outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 win=101 data=GET",
                       .becomes = "hold"},
                      {.at_ms = 12,
                       .outside = to_server + "tcp [.] seq=1004 ack=$cookie+1 win=102 len=1460",
                       .becomes = "hold"},
                      {.at_ms = 13,
                       .outside = to_server + "tcp [F.] seq=2464 ack=$cookie+1 win=103",
                       .becomes = "hold"},
                      server_answer()});
  story.back().becomes = "reply " + to_server + "tcp [.] seq=1001 ack=5000001 win=103";
  story.back().sent = {"inside " + to_server + "tcp [P.] seq=1001 ack=5000001 win=101 data=GET",
                       "inside " + to_server + "tcp [.] seq=1004 ack=5000001 win=102 len=1460",
                       "inside " + to_server + "tcp [F.] seq=2464 ack=5000001 win=103"};
  worker.play(story);
  EXPECT_EQ(worker.ground.counter(Counter::hold_released), 3U);
  EXPECT_EQ(worker.ground.counter(Counter::generated_inside), 3U);
  EXPECT_EQ(worker.state.held.size(), 0U);
  EXPECT_TRUE(worker.state.flows[0].has(flow_flag::client_fin));
}

TEST(ServerHandshake, ReleasesDataOfTheAckItself) {
  TestWorker worker = proxy_worker();
  auto story = spliced_and({});
  story[1].outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 win=100 data=GET";
  story[2].sent = {"inside " + to_server + "tcp [P.] seq=1001 ack=5000001 win=100 data=GET"};
  worker.play(story);
}

TEST(ServerHandshake, CountsWhatTheOutboxHasNoRoomFor) {
  TestWorker worker = proxy_worker();
  auto story = spliced_and({});
  story[1].outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 win=100 data=GET";
  worker.play({story[0], story[1]});
  while (!worker.state.outbox.add(Side::outside, 1).empty()) {
  }
  worker.take(Side::inside, {story[2].inside});
  EXPECT_EQ(worker.ground.counter(Counter::generated_lost), 1U);
  EXPECT_EQ(worker.ground.counter(Counter::hold_released), 0U);
  EXPECT_EQ(worker.state.held.size(), 0U);
}

TEST(ServerHandshake, HoldsWhatFollowsOnAndNothingElse) {
  TestWorker worker = proxy_worker();
  worker.play(connecting_and(
      {{.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1",
        .becomes = "drop handshake_pending"},
       {.outside = to_server + "tcp [P.] seq=1010 ack=$cookie+1 len=9",
        .becomes = "drop handshake_pending"},
       {.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+2 len=9",
        .becomes = "drop segment_unexpected"},
       {.outside = to_server + "tcp [S.] seq=1001 ack=$cookie+1",
        .becomes = "drop segment_unexpected"},
       {.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 len=9", .becomes = "hold"},
       {.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 len=9",
        .becomes = "drop handshake_pending"},
       {.outside = to_server + "tcp [P.] seq=1010 ack=$cookie+1 len=9", .becomes = "hold"}}));
  EXPECT_EQ(worker.state.held.size(), 2U);
}

TEST(ServerHandshake, HoldsNoMoreThanThePolicyAllows) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.hold_segments_per_flow = 1;
  TestWorker worker = tcp_worker(policy);
  worker.play(connecting_and(
      {{.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 len=9", .becomes = "hold"},
       {.outside = to_server + "tcp [P.] seq=1010 ack=$cookie+1 len=9",
        .becomes = "drop hold_full"},
       // What was not held is not skipped.
       {.outside = to_server + "tcp [P.] seq=1019 ack=$cookie+1 len=9",
        .becomes = "drop handshake_pending"}}));
}

TEST(ServerHandshake, HoldsNoSegmentLongerThanItsPlace) {
  TestWorker worker = proxy_worker();
  worker.play(connecting_and({{.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 len=3000",
                               .becomes = "drop hold_full"}}));
}

TEST(ServerHandshake, ThatTheServerRefusesIsRefusedToTheClient) {
  TestWorker worker = proxy_worker();
  worker.play(connecting_and(
      {{.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 data=GET", .becomes = "hold"},
       {.at_ms = 20,
        .inside = to_client + "tcp [R.] seq=0 ack=1001 win=0",
        .becomes = "forward " + to_client + "tcp [R.] seq=$cookie+1 ack=1004 win=0"}}));
  EXPECT_EQ(worker.ground.counters(),
            "syn_received=1 syn_ack_sent=1 syn_forwarded=1 cookie_valid=1 rst_sent=1 "
            "flow_created=1 flow_removed=1 flow_refused=1 hold_discarded=1");
  expect_nothing_left(worker);
}

TEST(ServerHandshake, IgnoresAnswersToSomethingElse) {
  TestWorker worker = proxy_worker();
  worker.play(connecting_and(
      {{.inside = to_client + "tcp [R.] seq=0 ack=1002 win=0",
        .becomes = "drop segment_unexpected"},
       {.inside = to_client + "tcp [R] seq=1001 win=0", .becomes = "drop segment_unexpected"},
       {.inside = to_client + "tcp [S.] seq=9 ack=1000", .becomes = "drop segment_unexpected"},
       {.inside = to_client + "tcp [S] seq=9", .becomes = "drop segment_unexpected"},
       server_answer()}));
}

TEST(ServerHandshake, EndsAnOldConnectionOfTheServerAndTriesAgain) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.server_syn_retries = 2;
  TestWorker worker = tcp_worker(policy);
  const std::string syn =
      "inside " + to_server + "tcp [S] seq=1000 win=51200 mss=1460 nop ws=9 sackok nop nop";
  const std::string reset = "reply " + to_server + "tcp [R] seq=777 win=0";
  const std::string old = to_client + "tcp [.] seq=9000 ack=777 win=5 len=100";
  worker.play(connecting_and({{.at_ms = 20, .inside = old, .becomes = reset, .sent = {syn}},
                              {.at_ms = 21, .inside = old, .becomes = reset, .sent = {syn}},
                              // The SYN goes out no more often than by the timer.
                              {.at_ms = 22, .inside = old, .becomes = reset},
                              {.at_ms = 23, .inside = old, .becomes = reset}}));
  EXPECT_EQ(worker.ground.counter(Counter::handshake_retransmitted), 2U);
  auto answer = server_answer();
  answer.at_ms = 30;
  worker.play({answer});
  EXPECT_EQ(worker.ground.counter(Counter::flow_established), 1U);
}

TEST(ServerHandshake, WithASilentServerIsRepeatedAndGivenUp) {
  TestWorker worker = proxy_worker();
  const std::string syn =
      "inside " + to_server + "tcp [S] seq=1000 win=51200 mss=1460 nop ws=9 sackok nop nop";
  worker.play(
      connecting_and({{.at_ms = 11,
                       .outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 data=GET",
                       .becomes = "hold"},
                      {.at_ms = 1009},
                      {.at_ms = 1010, .sent = {syn}},
                      {.at_ms = 3009},
                      {.at_ms = 3010, .sent = {syn}},
                      {.at_ms = 7009},
                      {.at_ms = 7010, .sent = {syn}},
                      {.at_ms = 15'010, .sent = {syn}},
                      {.at_ms = 31'009},
                      {.at_ms = 31'010,
                       .sent = {"outside " + to_client + "tcp [R.] seq=$cookie+1 ack=1004 win=0"}},
                      {.at_ms = 100'000}}));
  EXPECT_EQ(worker.ground.counters(),
            "syn_received=1 syn_ack_sent=1 syn_forwarded=1 cookie_valid=1 rst_sent=1 "
            "flow_created=1 flow_removed=1 handshake_retransmitted=4 handshake_given_up=1 "
            "hold_discarded=1 generated_outside=1 generated_inside=4");
  expect_nothing_left(worker);
}

TEST(ServerHandshake, GoesBackThroughItsTags) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.server_syn_retries = 0;
  TestWorker worker = tcp_worker(policy);
  const std::string link = "mac=02:00:00:00:00:07>02:00:00:00:00:08 svlan=5 vlan=9 ";
  const std::string back = "mac=02:00:00:00:00:08>02:00:00:00:00:07 svlan=5 vlan=9 ";
  worker.play(
      {{.outside = link + to_server + "tcp [S] seq=1000",
        .becomes = "reply " + back + to_client + "tcp [S.] seq=$cookie ack=1001 win=14600"},
       {.outside = link + to_server + "tcp [.] seq=1001 ack=$cookie+1 win=7",
        .becomes = "forward " + link + to_server + "tcp [S] seq=1000 win=7 mss=536"},
       {.at_ms = 1000,
        .sent = {"outside " + back + to_client + "tcp [R.] seq=$cookie+1 ack=1001 win=0"}}});
}

TEST(ServerHandshake, IsTakenBackByTheClientsReset) {
  TestWorker worker = proxy_worker();
  worker.play(connecting_and(
      {{.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 data=GET", .becomes = "hold"},
       {.outside = to_server + "tcp [R] seq=1001 win=0", .becomes = "drop segment_unexpected"},
       {.outside = to_server + "tcp [R.] seq=1004 ack=$cookie+1 win=0",
        .becomes = "forward " + to_server + "tcp [R] seq=1001 win=0"}}));
  EXPECT_EQ(worker.ground.counter(Counter::hold_discarded), 1U);
  expect_nothing_left(worker);
}

TEST(ServerHandshake, GivesItsPlacesBackForTheNext) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.flow_capacity = 1;
  policy.global.handshake_capacity = 1;
  policy.global.hold_capacity = 1;
  TestWorker worker = tcp_worker(policy);
  for (unsigned round = 0; round < 5; ++round) {
    const std::string cookie = "$cookie" + std::to_string(round);
    const std::uint64_t start = round * 100'000;
    worker.play(
        {{.at_ms = start,
          .outside = to_server + "tcp [S] seq=1000",
          .becomes = "reply " + to_client + "tcp [S.] seq=" + cookie + " ack=1001 win=14600"},
         {.at_ms = start + 10,
          .outside = to_server + "tcp [P.] seq=1001 ack=" + cookie + "+1 win=7 data=GET",
          .becomes = "forward " + to_server + "tcp [S] seq=1000 win=7 mss=536"},
         {.at_ms = start + 20,
          .inside = to_client + "tcp [R.] seq=0 ack=1001 win=0",
          .becomes = "forward " + to_client + "tcp [R.] seq=" + cookie + "+1 ack=1004 win=0"}});
  }
  EXPECT_EQ(worker.ground.counter(Counter::flow_refused), 5U);
  expect_nothing_left(worker);
}

}  // namespace
}  // namespace sekimori::test
