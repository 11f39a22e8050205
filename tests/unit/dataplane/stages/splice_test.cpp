#include "dataplane/stages/splice.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dataplane/stages/stories.hpp"

namespace sekimori::test {
namespace {

TestWorker proxy_worker() {
  return tcp_worker(policy_with_mode(SynMode::proxy));
}

TEST(Splice, TranslatesNumbersBothWays) {
  TestWorker worker = proxy_worker();
  worker.play(spliced_and(
      {{.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 win=100 data=GET",
        .becomes = "open " + to_server + "tcp [P.] seq=1001 ack=5000001 win=100 data=GET"},
       {.inside = to_client + "tcp [.] seq=5000001 ack=1004 win=509",
        .becomes = "open " + to_client + "tcp [.] seq=$cookie+1 ack=1004 win=509"},
       {.inside = to_client + "tcp [P.] seq=5000001 ack=1004 win=509 len=1460",
        .becomes = "open " + to_client + "tcp [P.] seq=$cookie+1 ack=1004 win=509 len=1460"},
       {.outside =
            to_server + "tcp [.] seq=1004 ack=$cookie+1 nop nop sack=$cookie+1461-$cookie+1501",
        .becomes = "open " + to_server +
                   "tcp [.] seq=1004 ack=5000001 nop nop "
                   "sack=5001461-5001501"},
       // The client's own numbers, which the server acknowledges selectively, stay.
       {.inside = to_client + "tcp [.] seq=5001461 ack=1004 win=509 nop nop sack=1010-1020",
        .becomes = "open " + to_client +
                   "tcp [.] seq=$cookie+1461 ack=1004 win=509 nop nop "
                   "sack=1010-1020"},
       {.outside = to_server + "tcp [PU.] seq=1004 ack=$cookie+1461 urg=3 len=9",
        .becomes = "open " + to_server + "tcp [PU.] seq=1004 ack=5001461 urg=3 len=9"},
       {.inside = to_client + "tcp [R] seq=5001461 win=0",
        .becomes = "open " + to_client + "tcp [R] seq=$cookie+1461 win=0"}}));
}

struct ScaleRow {
  const char* server_scale;
  const char* from_server;
  const char* to_client;
  const char* from_client;
  const char* to_server;
};

/// We advertised scale 7; the client's is 9.
TEST(Splice, RescalesWindowsWhenTheServerDiffers) {
  for (const ScaleRow& row :
       {ScaleRow{"nop ws=7", "100", "100", "50", "50"},
        ScaleRow{"nop ws=9", "100", "400", "50", "50"},
        ScaleRow{"nop ws=14", "65535", "65535", "50", "50"},
        ScaleRow{"nop ws=0", "65535", "511", "50", "50"},
        ScaleRow{"nop ws=0", "1", "1", "50", "50"}, ScaleRow{"nop ws=0", "0", "0", "0", "0"},
        // A server without scaling takes windows as they are, so the client's are told in bytes.
        ScaleRow{"nop nop nop nop", "65535", "511", "50", "25600"},
        ScaleRow{"nop nop nop nop", "200", "1", "500", "65535"}}) {
    TestWorker worker = proxy_worker();
    auto story = client_handshake();
    const bool scales = row.server_scale != std::string{"nop nop nop nop"};
    story.push_back({.inside = to_client +
                               "tcp [S.] seq=5000000 ack=1001 mss=1460 nop nop sackok " +
                               row.server_scale,
                     .becomes = "reply " + to_server +
                                "tcp [.] seq=1001 ack=5000001 win=" + (scales ? "100" : "51200")});
    story.push_back(
        {.inside = to_client + "tcp [.] seq=5000001 ack=1001 win=" + row.from_server,
         .becomes = "open " + to_client + "tcp [.] seq=$cookie+1 ack=1001 win=" + row.to_client});
    story.push_back(
        {.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1 win=" + row.from_client,
         .becomes = "open " + to_server + "tcp [.] seq=1001 ack=5000001 win=" + row.to_server});
    worker.play(story);
  }
}

TestWorker timestamps_worker() {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.objects[0].settings.assumed_timestamps = 1;
  return tcp_worker(policy);
}

std::vector<Step> timestamps_handshake(const std::string& server_options,
                                       const std::string& our_options) {
  return {
      {.outside = to_server + "tcp [S] seq=1000 mss=1460 sackok ts=10/0 nop ws=7",
       .becomes = "reply " + to_client +
                  "tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 sackok ts=$own/10 nop ws=7"},
      {.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1 win=9 nop nop ts=11/$own",
       .becomes =
           "forward " + to_server + "tcp [S] seq=1000 win=1152 mss=1460 nop ws=7 sackok ts=11/0"},
      {.inside = to_client + "tcp [S.] seq=5000000 ack=1001 " + server_options,
       .becomes = "reply " + to_server + "tcp [.] seq=1001 ack=5000001 win=9" + our_options}};
}

TEST(Splice, TranslatesTimestamps) {
  TestWorker worker = timestamps_worker();
  worker.play(joined(
      timestamps_handshake("mss=1460 sackok ts=700/11 nop ws=7", " nop nop ts=11/700"),
      {{.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1 win=9 nop nop ts=12/$own",
        .becomes = "open " + to_server + "tcp [.] seq=1001 ack=5000001 win=9 nop nop ts=12/700"},
       {.inside = to_client + "tcp [.] seq=5000001 ack=1001 win=9 nop nop ts=750/12",
        .becomes = "open " + to_client +
                   "tcp [.] seq=$cookie+1 ack=1001 win=9 nop nop "
                   "ts=$own+50/12"}}));
}

TEST(Splice, TakesTimestampsAndSackOutThatTheServerDoesNotDo) {
  TestWorker worker = timestamps_worker();
  worker.play(joined(
      timestamps_handshake("mss=1460 nop ws=7", ""),
      {{.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1 win=9 nop nop ts=12/$own nop nop "
                               "sack=$cookie+5-$cookie+9",
        .becomes =
            "open " + to_server +
            "tcp [.] seq=1001 ack=5000001 win=9 nop nop nop nop nop "
            "nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop"}}));
}

TEST(Splice, AcknowledgesARepeatedSynAckAgain) {
  TestWorker worker = timestamps_worker();
  worker.play(joined(
      timestamps_handshake("mss=1460 sackok ts=700/11 nop ws=7", " nop nop ts=11/700"),
      {{.at_ms = 1000,
        .inside = to_client + "tcp [S.] seq=5000000 ack=1001 mss=1460 sackok ts=1700/11 nop ws=7",
        .becomes =
            "reply " + to_server + "tcp [.] seq=1001 ack=5000001 win=14600 nop nop ts=11/1700"}}));
}

TEST(Splice, BoundsTheAcksThatASynAckCanAskFor) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.reply_limit_pps = 3;
  TestWorker worker = tcp_worker(policy);
  worker.play(spliced_and({}));
  const std::string again = server_answer().inside;
  const auto texts = worker.take(Side::inside, std::vector<std::string>(5, again));
  EXPECT_EQ(std::ranges::count(texts, "drop reply_limited"), 2);
}

std::uint64_t seconds(std::uint64_t s) {
  return s * 1000;
}

TEST(IdleFlows, LeaveWhenTheirStateAllows) {
  struct Row {
    const char* description;
    std::vector<Step> more;
    std::uint64_t timeout_s;
  };
  const Step client_fin{.outside = to_server + "tcp [F.] seq=1001 ack=$cookie+1",
                        .becomes = "open " + to_server + "tcp [F.] seq=1001 ack=5000001"};
  const Step server_fin{.inside = to_client + "tcp [F.] seq=5000001 ack=1001",
                        .becomes = "open " + to_client + "tcp [F.] seq=$cookie+1 ack=1001"};
  const Step client_rst{.outside = to_server + "tcp [R] seq=1001 win=0", .becomes = "open"};
  const Step server_rst{.inside = to_client + "tcp [R] seq=5000001 win=0",
                        .becomes = "open " + to_client + "tcp [R] seq=$cookie+1 win=0"};
  for (Row row : {Row{"established", {}, 3600}, Row{"client is done", {client_fin}, 300},
                  Row{"server is done", {server_fin}, 300},
                  Row{"both are done", {client_fin, server_fin}, 10},
                  Row{"client resets", {client_rst}, 10}, Row{"server resets", {server_rst}, 10}}) {
    TestWorker worker = proxy_worker();
    for (Step& step : row.more) step.at_ms = 20;
    worker.play(spliced_and(row.more));
    worker.play({{.at_ms = 20 + seconds(row.timeout_s)}});
    EXPECT_EQ(worker.state.flows.size(), 1U) << row.description;
    worker.play({{.at_ms = 21 + seconds(row.timeout_s)}});
    EXPECT_EQ(worker.state.flows.size(), 0U) << row.description;
    EXPECT_EQ(worker.ground.counter(Counter::flow_removed), 1U) << row.description;
  }
}

TEST(IdleFlows, StayWhileEitherSideSends) {
  TestWorker worker = proxy_worker();
  worker.play(spliced_and({}));
  for (unsigned hour = 1; hour < 10; ++hour) {
    Step step{.at_ms = seconds(3600) * hour,
              .outside = to_server + "tcp [.] seq=1001 ack=$cookie+1",
              .becomes = "open " + to_server + "tcp [.] seq=1001 ack=5000001"};
    if (hour % 2 == 0) {
      step = {.at_ms = seconds(3600) * hour,
              .inside = to_client + "tcp [.] seq=5000001 ack=1001",
              .becomes = "open " + to_client + "tcp [.] seq=$cookie+1 ack=1001"};
    }
    worker.play({step, {.at_ms = step.at_ms + 1}});
    ASSERT_EQ(worker.state.flows.size(), 1U);
  }
}

TEST(ForgedSegments, DoNotEndAConnectionsEntry) {
  TestWorker worker = proxy_worker();
  worker.play(spliced_and({}));
  // Whoever knows the addresses and ports tries numbers all over the space, each behind a segment
  // that might have moved what is remembered.
  for (std::uint32_t i = 1; i < 256; ++i) {
    const std::string number = std::to_string(i * 0x01000000U);
    for (const char* segment : {"tcp [.]", "tcp [F.]", "tcp [R]", "tcp [R.]"}) {
      worker.take(Side::outside, {to_server + segment + " seq=" + number + " ack=77"});
    }
  }
  EXPECT_EQ(worker.state.flows[0].flags, 0);
  worker.play({{.at_ms = seconds(3000)}});
  EXPECT_EQ(worker.state.flows.size(), 1U);
}

TEST(ForgedSegments, OfASynLeaveTheConnectionAsItIs) {
  TestWorker worker = proxy_worker();
  worker.play(spliced_and(
      {{.outside = to_server + "tcp [S] seq=3000000000 mss=1460",
        .becomes = "reply " + to_client + "tcp [S.] seq=$other ack=3000000001 win=14600 mss=1460"},
       {.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 data=GET",
        .becomes = "open " + to_server + "tcp [P.] seq=1001 ack=5000001 data=GET"},
       // The real client answers the SYN-ACK with an acknowledgement of what it has.
       {.outside = to_server + "tcp [.] seq=1004 ack=$cookie+1",
        .becomes = "open " + to_server + "tcp [.] seq=1004 ack=5000001"}}));
  EXPECT_EQ(worker.ground.counter(Counter::cookie_valid), 1U);
}

TEST(PortReuse, ReplacesAConnectionOnlyByACookie) {
  TestWorker worker = proxy_worker();
  worker.play(spliced_and(
      {{.outside = to_server + "tcp [S] seq=3000000000",
        .becomes = "reply " + to_client + "tcp [S.] seq=$other ack=3000000001 win=14600"},
       {.outside = to_server + "tcp [.] seq=3000000001 ack=$other+2",
        .becomes = "open " + to_server + "tcp [.] seq=3000000001 ack=$translated"},
       {.outside = to_server + "tcp [.] seq=3000000001 ack=$other+1 win=9",
        .becomes = "forward " + to_server + "tcp [S] seq=3000000000 win=9 mss=536"},
       {.inside = to_client + "tcp [S.] seq=6000000 ack=3000000001 mss=1460",
        .becomes = "reply " + to_server + "tcp [.] seq=3000000001 ack=6000001 win=9"},
       {.inside = to_client + "tcp [.] seq=6000001 ack=3000000001 len=5",
        .becomes = "open " + to_client + "tcp [.] seq=$other+1 ack=3000000001 len=5"}}));
  EXPECT_EQ(worker.state.flows.size(), 1U);
  EXPECT_EQ(worker.ground.counter(Counter::flow_created), 2U);
  EXPECT_EQ(worker.ground.counter(Counter::flow_removed), 1U);
}

/// The low bits of a cookie are a sum with the client's number. A segment that is as far behind the
/// start of its connection in one direction as in the other has a valid cookie once more.
TEST(PortReuse, IsNotSeenInWhatComesAgainAfterBothFins) {
  TestWorker worker = proxy_worker();
  worker.play(
      spliced_and({{.inside = to_client + "tcp [P.] seq=5000001 ack=1001 len=9",
                    .becomes = "open " + to_client + "tcp [P.] seq=$cookie+1 ack=1001 len=9"},
                   {.inside = to_client + "tcp [F.] seq=5000010 ack=1001",
                    .becomes = "open " + to_client + "tcp [F.] seq=$cookie+10 ack=1001"},
                   // What came before the client's FIN was lost.
                   {.outside = to_server + "tcp [F.] seq=1020 ack=$cookie+10",
                    .becomes = "open " + to_server + "tcp [F.] seq=1020 ack=5000010"},
                   {.outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 len=9",
                    .becomes = "open " + to_server + "tcp [P.] seq=1001 ack=5000001 len=9"},
                   {.outside = to_server + "tcp [P.] seq=1010 ack=$cookie+10 len=10",
                    .becomes = "open " + to_server + "tcp [P.] seq=1010 ack=5000010 len=10"}}));
  EXPECT_EQ(worker.ground.counter(Counter::cookie_valid), 1U);
}

TEST(PortReuse, IsNotSeenInASynAckThatComesAgain) {
  TestWorker worker = proxy_worker();
  worker.play(
      spliced_and({{.inside = to_client + "tcp [F.] seq=5000001 ack=1001",
                    .becomes = "open " + to_client + "tcp [F.] seq=$cookie+1 ack=1001"},
                   {.outside = to_server + "tcp [F.] seq=1001 ack=$cookie+2",
                    .becomes = "open " + to_server + "tcp [F.] seq=1001 ack=5000002"},
                   {.inside = server_answer().inside,
                    .becomes = "reply " + to_server + "tcp [.] seq=1001 ack=5000001 win=14600"}}));
}

TEST(PortReuse, MayFollowAtOnceWhenItsSynWasSeen) {
  TestWorker worker = proxy_worker();
  worker.play(spliced_and(
      {{.inside = to_client + "tcp [F.] seq=5000001 ack=1001",
        .becomes = "open " + to_client + "tcp [F.] seq=$cookie+1 ack=1001"},
       {.outside = to_server + "tcp [F.] seq=1001 ack=$cookie+2",
        .becomes = "open " + to_server + "tcp [F.] seq=1001 ack=5000002"},
       {.outside = to_server + "tcp [S] seq=1100 win=64240 mss=1460 nop nop sackok nop ws=9",
        .becomes = "reply " + to_client +
                   "tcp [S.] seq=$new ack=1101 win=14600 mss=1460 nop nop sackok nop ws=7"},
       {.outside = to_server + "tcp [.] seq=1101 ack=$new+1 win=100",
        .becomes = "forward " + to_server +
                   "tcp [S] seq=1100 win=51200 mss=1460 nop ws=9 sackok nop nop"}}));
}

TEST(PortReuse, NeedsNoSynInOurMemoryOnceTheConnectionHasEnded) {
  TestWorker worker = proxy_worker();
  worker.play(
      spliced_and({{.outside = to_server + "tcp [R] seq=1001 win=0", .becomes = "open"},
                   {.outside = to_server + "tcp [S] seq=2000",
                    .becomes = "reply " + to_client + "tcp [S.] seq=$other ack=2001 win=14600"},
                   {.outside = to_server + "tcp [.] seq=2001 ack=$other+1 win=9",
                    .becomes = "forward " + to_server + "tcp [S] seq=2000 win=9 mss=536"}}));
  EXPECT_EQ(worker.state.flows[0].state, FlowState::connecting);
}

TEST(PortReuse, WhenTheTableIsFullStillHasThePlaceOfTheOld) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.flow_capacity = 1;
  policy.global.handshake_capacity = 1;
  TestWorker worker = tcp_worker(policy);
  worker.play(spliced_and(
      {{.outside = to_server + "tcp [S] seq=3000000000",
        .becomes = "reply " + to_client + "tcp [S.] seq=$other ack=3000000001 win=14600"},
       {.outside = to_server + "tcp [.] seq=3000000001 ack=$other+1 win=9",
        .becomes = "forward " + to_server + "tcp [S] seq=3000000000 win=9 mss=536"}}));
  EXPECT_EQ(worker.state.flows.size(), 1U);
}

}  // namespace
}  // namespace sekimori::test
