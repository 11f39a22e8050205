#include "dataplane/stages/syn_proxy.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dataplane/stages/stories.hpp"

namespace sekimori::test {
namespace {

const std::string v6_to_server = "[2001:db8::7]:4000 > [2001:db8::10]:80 ";
const std::string v6_to_client = "[2001:db8::10]:80 > [2001:db8::7]:4000 ";

struct SynRow {
  const char* description;
  const char* syn;
  const char* syn_ack;
  bool server_timestamps = false;
  bool server_sack = true;
};

class ProxiedSyn : public testing::TestWithParam<SynRow> {};

TEST_P(ProxiedSyn, IsAnsweredWithWhatBothSidesDo) {
  const SynRow& row = GetParam();
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.objects[0].settings.assumed_timestamps = row.server_timestamps ? 1 : 0;
  policy.objects[0].settings.assumed_sack = row.server_sack ? 1 : 0;
  TestWorker worker = tcp_worker(policy);
  worker.play({{.outside = row.syn, .becomes = std::string{"reply "} + row.syn_ack}});
  EXPECT_EQ(worker.ground.counters(), "syn_received=1 syn_ack_sent=1") << row.description;
  EXPECT_EQ(worker.ground.meters[0].syn_received, 1U);
  EXPECT_EQ(worker.ground.meters[0].syn_ack_sent, 1U);
  EXPECT_EQ(worker.state.flows.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Syns, ProxiedSyn,
    testing::Values(
        SynRow{
            "Linux, to a server without timestamps",
            "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1460 sackok ts=10/0 nop ws=7",
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 "
            "sackok nop nop nop nop nop nop nop nop nop nop nop ws=7"},
        SynRow{
            "Linux, to a server with timestamps: clock 1.7e12 ms, scale 7, SACK",
            "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1460 sackok ts=10/0 nop ws=7",
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 "
            "sackok ts=4183425047/10 nop ws=7",
            true},
        SynRow{"a scale that only timestamps can carry",
               "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1460 nop ws=5",
               "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 "
               "nop nop nop nop"},
        SynRow{"and with them",
               "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 ts=10/0 nop ws=5 nop nop",
               "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=$cookie ack=1001 win=14600 "
               "ts=4183425029/10 nop ws=7 nop nop",
               true},
        SynRow{"SACK without a scale needs timestamps, too",
               "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1460 sackok nop nop",
               "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 "
               "nop nop nop nop"},
        SynRow{"Windows",
               "198.51.100.7:4000 > 192.0.2.10:80 tcp [SEW] seq=1000 mss=1460 nop ws=8 nop nop "
               "sackok",
               "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 "
               "nop ws=7 nop nop sackok"},
        SynRow{
            "Windows, to a server without SACK",
            "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1460 nop ws=8 nop nop sackok",
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 "
            "nop nop nop nop nop nop nop nop",
            false, false},
        SynRow{"nothing offered", "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=4294967295",
               "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=$cookie ack=0 win=14600"},
        SynRow{"IPv6 in a tag",
               "vlan=7 [2001:db8::7]:4000 > [2001:db8::10]:80 tcp [S] seq=1000 mss=1300 nop ws=2 "
               "sackok nop nop",
               "vlan=7 [2001:db8::10]:80 > [2001:db8::7]:4000 tcp [S.] seq=$cookie ack=1001 "
               "win=14600 mss=1440 nop ws=7 sackok nop nop"}));

TEST(ProxiedSyn, CarriesTheCookieOfTheVectors) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  const std::uint64_t slot = cookie_slot(TestGround::start_unix_s);
  const CookieTuple tuple{.source = *Address::parse("198.51.100.7"),
                          .destination = *Address::parse("192.0.2.10"),
                          .source_port = 4000,
                          .destination_port = 80};
  const std::uint32_t cookie = make_cookie(worker.ground.secret.cookie_key(slot), tuple, slot,
                                           {.mss_index = 3, .client_scale = 9, .sack = true}, 1000);
  auto story = client_handshake();
  story[0].becomes = "reply " + to_client + "tcp [S.] seq=" + std::to_string(cookie) +
                     " ack=1001 win=14600 mss=1460 nop nop sackok nop ws=7";
  story.resize(1);
  worker.play(story);
}

struct MssRow {
  const char* offered;
  const char* told;
};

TEST(ProxiedAck, TellsTheServerTheClassOfTheClientsMss) {
  for (const auto& [offered, told] :
       {MssRow{" mss=9000", "1460"}, MssRow{" mss=1460", "1460"}, MssRow{" mss=1452", "1440"},
        MssRow{" mss=1400", "1300"}, MssRow{" mss=1000", "536"}, MssRow{" mss=100", "536"},
        MssRow{"", "536"}}) {
    TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
    const std::string mss = offered == std::string{} ? "" : " mss=1460";
    worker.play(
        {{.outside = to_server + "tcp [S] seq=1000" + offered,
          .becomes = "reply " + to_client + "tcp [S.] seq=$cookie ack=1001 win=14600" + mss},
         {.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1 win=1000",
          .becomes = "forward " + to_server + "tcp [S] seq=1000 win=1000 mss=" + told}});
  }
}

TEST(ProxiedAck, TellsAnIpv6ServerAtLeast1220) {
  for (const auto& [offered, told] : {MssRow{" mss=1440", "1440"}, MssRow{" mss=1430", "1420"},
                                      MssRow{" mss=536", "1220"}, MssRow{"", "1220"}}) {
    TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
    const std::string mss = offered == std::string{} ? "" : " mss=1440";
    worker.play(
        {{.outside = v6_to_server + "tcp [S] seq=1000" + offered,
          .becomes = "reply " + v6_to_client + "tcp [S.] seq=$cookie ack=1001 win=14600" + mss},
         {.outside = v6_to_server + "tcp [.] seq=1001 ack=$cookie+1 win=1000",
          .becomes = "forward " + v6_to_server + "tcp [S] seq=1000 win=1000 mss=" + told}});
  }
}

TEST(ProxiedAck, OpensTheConnectionAndKeepsIt) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  worker.play(client_handshake());
  EXPECT_EQ(worker.ground.counters(),
            "syn_received=1 syn_ack_sent=1 syn_forwarded=1 cookie_valid=1 flow_created=1");
  EXPECT_EQ(worker.ground.meters[0].cookie_valid, 1U);
  ASSERT_EQ(worker.state.flows.size(), 1U);
  EXPECT_EQ(worker.state.handshakes.size(), 1U);
}

TEST(ProxiedAck, CarriesTheTimestampsOn) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.objects[0].settings.assumed_timestamps = 1;
  TestWorker worker = tcp_worker(policy);
  worker.play({{.outside = to_server + "tcp [S] seq=1000 mss=1460 sackok ts=10/0 nop ws=5",
                .becomes = "reply " + to_client +
                           "tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 sackok ts=$own/10 nop "
                           "ws=7"},
               {.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1 win=1000 nop nop ts=13/$own",
                .becomes = "forward " + to_server +
                           "tcp [S] seq=1000 win=32000 mss=1460 nop ws=5 sackok ts=13/0"}});
}

TEST(ProxiedAck, WithTheOptionsOfTheTimestampChangedIsRefused) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.objects[0].settings.assumed_timestamps = 1;
  TestWorker worker = tcp_worker(policy);
  worker.play(
      {{.outside = to_server + "tcp [S] seq=1000 mss=1460 sackok ts=10/0 nop ws=5",
        .becomes = "reply " + to_client +
                   "tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460 sackok ts=$own/10 nop ws=7"},
       {.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1 nop nop ts=13/$own+1",
        .becomes = "drop cookie_invalid"},
       {.outside = to_server + "tcp [.] seq=1001 ack=$cookie+1",
        .becomes = "drop cookie_invalid"}});
}

TEST(ProxiedAck, IsTakenInTheNextSlotAndNotLater) {
  for (const std::uint64_t seconds : {63U, 64U, 127U, 128U, 192U, 256U}) {
    TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
    auto story = client_handshake();
    story[1].at_ms = seconds * 1000;
    if (seconds >= 128) story[1].becomes = "drop cookie_invalid";
    worker.play(story);
  }
}

TEST(ProxiedAck, MayCarryDataAndTheEnd) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  auto story = client_handshake();
  story[1].outside = to_server + "tcp [FP.] seq=1001 ack=$cookie+1 win=100 data=GET";
  worker.play(story);
  EXPECT_EQ(worker.state.held.size(), 1U);
  const Flow& flow = worker.state.flows[0];
  EXPECT_EQ(worker.state.handshakes[flow.handshake].client_next, 1005U);
  EXPECT_TRUE(flow.has(flow_flag::client_fin));
}

TEST(ProxiedAck, LosesDataForWhichThereIsNoRoom) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.hold_segments_per_flow = 0;
  TestWorker worker = tcp_worker(policy);
  auto story = client_handshake();
  story[1].outside = to_server + "tcp [P.] seq=1001 ack=$cookie+1 win=100 data=GET";
  worker.play(story);
  EXPECT_EQ(worker.ground.counter(Counter::hold_discarded), 1U);
  EXPECT_EQ(worker.state.handshakes[worker.state.flows[0].handshake].client_next, 1001U);
}

/// Steps of another client.
std::vector<Step> other_client(std::vector<Step> steps) {
  for (Step& step : steps) {
    for (std::string* text : {&step.outside, &step.inside, &step.becomes}) {
      for (std::size_t at = 0; (at = text->find("4000", at)) != std::string::npos; at += 4) {
        text->replace(at, 4, "4001");
      }
      for (std::size_t at = 0; (at = text->find("$cookie", at)) != std::string::npos; at += 6) {
        text->replace(at, 7, "$other");
      }
    }
  }
  return steps;
}

TEST(ProxiedAck, IsDroppedWhenATableIsFull) {
  struct Row {
    std::uint32_t flows;
    std::uint32_t handshakes;
    std::uint32_t rate;
    const char* becomes;
  };
  for (const Row& row :
       {Row{1, 10, 0, "drop flow_table_full"}, Row{10, 1, 0, "drop handshake_table_full"},
        Row{10, 10, 1, "drop creation_limited"}}) {
    TestPolicy policy = policy_with_mode(SynMode::proxy);
    policy.global.flow_capacity = row.flows;
    policy.global.handshake_capacity = row.handshakes;
    policy.objects[0].settings.new_connections_per_s = row.rate;
    TestWorker worker = tcp_worker(policy);
    worker.play(client_handshake());
    auto refused = other_client(client_handshake());
    refused[1].becomes = row.becomes;
    worker.play(refused);
    EXPECT_EQ(worker.state.flows.size(), 1U);
    EXPECT_EQ(worker.state.handshakes.size(), 1U);
    EXPECT_EQ(worker.ground.counter(Counter::flow_created), 1U);
  }
}

TEST(ProxiedAck, ThatFindsNoRoomLeavesNothingTaken) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.flow_capacity = 1;
  policy.global.handshake_capacity = 2;
  TestWorker worker = tcp_worker(policy);
  worker.play(client_handshake());
  for (int i = 0; i < 5; ++i) {
    auto refused = other_client(client_handshake());
    refused[1].becomes = "drop flow_table_full";
    worker.play(refused);
  }
  EXPECT_EQ(worker.state.handshakes.size(), 1U);
}

struct StrayRow {
  const char* description;
  const char* segment;
  UnknownAckReply reply;
  const char* becomes;
};

class StraySegment : public testing::TestWithParam<StrayRow> {};

TEST_P(StraySegment, OpensNothing) {
  const StrayRow& row = GetParam();
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.objects[0].settings.unknown_ack_reply = row.reply;
  TestWorker worker = tcp_worker(policy);
  worker.play({{.outside = to_server + row.segment, .becomes = row.becomes}});
  EXPECT_EQ(worker.state.flows.size(), 0U) << row.description;
}

constexpr auto none = UnknownAckReply::none;
constexpr auto rst = UnknownAckReply::rst;

INSTANTIATE_TEST_SUITE_P(
    Segments, StraySegment,
    testing::Values(
        StrayRow{"ACK", "tcp [.] seq=5 ack=6", none, "drop cookie_invalid"},
        StrayRow{"data", "tcp [P.] seq=5 ack=6 len=9", none, "drop cookie_invalid"},
        StrayRow{"FIN", "tcp [F.] seq=5 ack=6", none, "drop cookie_invalid"},
        StrayRow{"RST", "tcp [R] seq=5", none, "drop connection_unknown"},
        StrayRow{"RST with ACK", "tcp [R.] seq=5 ack=6", rst, "drop connection_unknown"},
        StrayRow{"SYN-ACK", "tcp [S.] seq=5 ack=6", rst, "drop syn_ack_unsolicited"},
        StrayRow{"ACK, answered", "tcp [.] seq=5 ack=6", rst,
                 "reply 192.0.2.10:80 > 198.51.100.7:4000 tcp [R] seq=6 win=0"},
        StrayRow{"FIN, answered", "tcp [F.] seq=5 ack=4294967295 len=3", rst,
                 "reply 192.0.2.10:80 > 198.51.100.7:4000 tcp [R] seq=4294967295 win=0"}));

/// Neighbours share what their answers have in common, whatever headers they have.
TEST(Syns, OfOneBurstAreAnsweredAsIfAlone) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::proxy));
  for (const std::string syn :
       {"198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1460",
        "vlan=5 198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1460",
        "[2001:db8::7]:4000 > [2001:db8::10]:80 tcp [S] seq=1000 mss=1440"}) {
    const std::string alone = worker.take(Side::outside, {syn}).front();
    EXPECT_TRUE(alone.starts_with("reply ")) << alone;
    const auto together = worker.take(Side::outside, {syn, syn, syn});
    EXPECT_EQ(together, (std::vector<std::string>(3, alone))) << syn;
  }
}

TEST(Replies, AreLimitedForEachAddress) {
  TestPolicy policy = policy_with_mode(SynMode::proxy);
  policy.global.reply_limit_pps = 2;
  policy.objects[0].settings.unknown_ack_reply = UnknownAckReply::rst;
  TestWorker worker = tcp_worker(policy);
  const std::string syn = to_server + "tcp [S] seq=1000";
  const std::string ack = to_server + "tcp [.] seq=5 ack=6";
  EXPECT_TRUE(worker.take(Side::outside, {syn}).front().starts_with("reply "));
  EXPECT_TRUE(worker.take(Side::outside, {ack}).front().starts_with("reply "));
  EXPECT_EQ(worker.take(Side::outside, {syn}).front(), "drop reply_limited");
  EXPECT_EQ(worker.take(Side::outside, {ack}).front(), "drop reply_limited");
  // Another address has its own replies, and every second brings new ones.
  const std::string other = "198.51.100.8:4000 > 192.0.2.10:80 tcp [.] seq=5 ack=6";
  EXPECT_TRUE(worker.take(Side::outside, {other}).front().starts_with("reply "));
  worker.ground.set_ms(1000);
  EXPECT_TRUE(worker.take(Side::outside, {ack}).front().starts_with("reply "));
  EXPECT_EQ(worker.ground.counters(), "syn_received=2 syn_ack_sent=1 rst_sent=3");
}

}  // namespace
}  // namespace sekimori::test
