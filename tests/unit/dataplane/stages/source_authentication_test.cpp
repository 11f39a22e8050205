#include "dataplane/stages/source_authentication.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dataplane/stages/stories.hpp"

namespace sekimori::test {
namespace {

const std::string syn = to_server + "tcp [S] seq=1000 mss=1460";

/// The steps by which a source proves itself in mode `reset`.
std::vector<Step> proof_by_reset() {
  return {{.outside = syn,
           .becomes = "reply " + to_client + "tcp [S.] seq=$cookie ack=1001 win=14600 mss=1460"},
          {.at_ms = 10,
           .outside = to_server + "tcp [.] seq=1001 ack=$cookie+1",
           .becomes = "reply " + to_client + "tcp [R] seq=$cookie+1 win=0"}};
}

TEST(ResetMode, LetsASourceConnectThatHasBroughtACookieBack) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::reset));
  worker.play(
      joined(proof_by_reset(), {{.at_ms = 20, .outside = syn, .becomes = "open"},
                                // Any port of it, any destination of the policy.
                                {.at_ms = 20,
                                 .outside = "198.51.100.7:4001 > 192.0.2.10:81 tcp [S] seq=5",
                                 .becomes = "open"}}));
  EXPECT_EQ(worker.ground.counters(),
            "syn_received=3 syn_ack_sent=1 syn_forwarded=2 cookie_valid=1 rst_sent=1 "
            "source_authenticated=1");
  EXPECT_EQ(worker.state.flows.size(), 0U);
}

TEST(ResetMode, DropsWhatProvesNothing) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::reset));
  worker.play(
      {{.outside = to_server + "tcp [.] seq=5 ack=6", .becomes = "drop cookie_invalid"},
       {.outside = to_server + "tcp [R] seq=5", .becomes = "drop source_unproved"},
       {.outside = to_server + "tcp [S.] seq=5 ack=6", .becomes = "drop syn_ack_unsolicited"}});
  EXPECT_EQ(worker.ground.counters(), "");
}

TEST(ResetMode, ForgetsASourceAfterItsLifetime) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::reset));
  worker.play(joined(
      proof_by_reset(),
      {{.at_ms = 600'009, .outside = syn, .becomes = "open"},
       {.at_ms = 600'010,
        .outside = syn,
        .becomes = "reply " + to_client + "tcp [S.] seq=$again ack=1001 win=14600 mss=1460"}}));
}

TEST(ResetMode, KeepsASourceOutForWhichThereIsNoRoom) {
  TestPolicy policy = policy_with_mode(SynMode::reset);
  policy.global.source_capacity = 1;
  TestWorker worker = tcp_worker(policy);
  worker.state.sources.add(*Address::parse("203.0.113.1"),
                           worker.ground.now.monotonic_ms() & 0xffffffff, 1'000'000);
  worker.play(proof_by_reset());
  EXPECT_EQ(worker.ground.counter(Counter::source_authenticated), 0U);
  EXPECT_TRUE(worker.take(Side::outside, {syn}).front().starts_with("reply "));
}

TEST(ResetMode, CannotBeUsedAgainstAnAddressBeyondItsReplies) {
  TestPolicy policy = policy_with_mode(SynMode::reset);
  policy.global.reply_limit_pps = 1;
  TestWorker worker = tcp_worker(policy);
  auto story = proof_by_reset();
  story[1].becomes = "drop reply_limited";
  worker.play(story);
  // The proof counts all the same.
  worker.play({{.at_ms = 20, .outside = syn, .becomes = "open"}});
}

/// The connection itself, which the server vouches for.
std::vector<Step> connection(std::uint64_t at_ms) {
  return {
      {.at_ms = at_ms, .outside = syn, .becomes = "open"},
      {.at_ms = at_ms,
       .inside = to_client + "tcp [S.] seq=5000000 ack=1001 mss=1460",
       .becomes = "open"},
      {.at_ms = at_ms, .outside = to_server + "tcp [.] seq=1001 ack=5000001", .becomes = "open"}};
}

TEST(ResetMode, LetsAConnectionOutliveTheSource) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::reset));
  worker.play(joined(
      joined(proof_by_reset(), connection(20)),
      {{.at_ms = 700'000,
        .outside = to_server + "tcp [P.] seq=1001 ack=5000001 len=9",
        .becomes = "open"},
       {.at_ms = 700'000, .inside = to_client + "tcp [F.] seq=5000001 ack=1010", .becomes = "open"},
       {.at_ms = 700'000,
        .outside = to_server + "tcp [F.] seq=1010 ack=5000002",
        .becomes = "open"},
       {.at_ms = 700'000, .inside = to_client + "tcp [.] seq=5000002 ack=1011", .becomes = "open"},
       // The last ACK of the connection is no failed proof.
       {.at_ms = 700'000,
        .outside = to_server + "tcp [.] seq=1011 ack=5000002",
        .becomes = "open"}}));
  EXPECT_EQ(worker.state.flows.size(), 1U);
}

TEST(ResetMode, TakesAConnectionOnUsedPortsForANewOne) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::reset));
  worker.play(joined(
      joined(proof_by_reset(), connection(20)),
      {{.at_ms = 30, .inside = to_client + "tcp [R] seq=5000001", .becomes = "open"},
       {.at_ms = 40, .outside = to_server + "tcp [S] seq=3000000000 mss=1460", .becomes = "open"},
       {.at_ms = 40,
        .inside = to_client + "tcp [S.] seq=6000000 ack=3000000001 mss=1460",
        .becomes = "open"},
       {.at_ms = 40,
        .outside = to_server + "tcp [.] seq=3000000001 ack=6000001",
        .becomes = "open"},
       // By now the source is forgotten, but the connection is known.
       {.at_ms = 700'000,
        .outside = to_server + "tcp [P.] seq=3000000001 ack=6000001 len=9",
        .becomes = "open"}}));
}

TEST(ResetMode, AsksForProofOnPortsOfAnEndedConnection) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::reset));
  worker.play(joined(
      joined(proof_by_reset(), connection(20)),
      {{.at_ms = 599'999, .inside = to_client + "tcp [.] seq=5000001 ack=1001", .becomes = "open"},
       {.at_ms = 600'100, .inside = to_client + "tcp [R] seq=5000001", .becomes = "open"},
       {.at_ms = 600'200,
        .outside = to_server + "tcp [S] seq=3000000000",
        .becomes = "reply " + to_client + "tcp [S.] seq=$new ack=3000000001 win=14600"},
       {.at_ms = 600'300,
        .outside = to_server + "tcp [.] seq=3000000001 ack=$new+1",
        .becomes = "reply " + to_client + "tcp [R] seq=$new+1 win=0"}}));
  EXPECT_EQ(worker.ground.counter(Counter::source_authenticated), 2U);
}

/// The SYN-ACK whose acknowledgement number is wrong on purpose.
const std::string challenge =
    "reply " + to_client + "tcp [S.] seq=0 ack=$challenge win=14600 nop nop nop nop";

TEST(BadAckMode, LetsASourceConnectThatAnswersAsTcpDoes) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::bad_ack));
  worker.play({{.outside = syn, .becomes = challenge},
               {.at_ms = 10,
                .outside = to_server + "tcp [R] seq=$challenge win=0",
                .becomes = "drop source_proved"},
               {.at_ms = 1000, .outside = syn, .becomes = "open"}});
  EXPECT_EQ(worker.ground.counters(),
            "syn_received=2 syn_ack_sent=1 syn_forwarded=1 cookie_valid=1 source_authenticated=1");
}

TEST(BadAckMode, ChallengesWithTheCookieOfSequenceNumberZero) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::bad_ack));
  const std::uint64_t slot = cookie_slot(TestGround::start_unix_s);
  const CookieTuple tuple{.source = *Address::parse("198.51.100.7"),
                          .destination = *Address::parse("192.0.2.10"),
                          .source_port = 4000,
                          .destination_port = 80};
  const std::uint32_t cookie =
      make_cookie(worker.ground.secret.cookie_key(slot), tuple, slot, AgreedOptions{}, 0);
  worker.play({{.outside = to_server + "tcp [S] seq=77",
                .becomes = "reply " + to_client + "tcp [S.] seq=0 ack=" + std::to_string(cookie) +
                           " win=14600"}});
}

TEST(BadAckMode, DropsWhatProvesNothing) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::bad_ack));
  worker.play(
      {{.outside = syn, .becomes = challenge},
       {.outside = to_server + "tcp [R] seq=$challenge+1", .becomes = "drop source_unproved"},
       {.outside = to_server + "tcp [.] seq=$challenge ack=1", .becomes = "drop source_unproved"},
       {.outside = "198.51.100.7:4001 > 192.0.2.10:80 tcp [R] seq=$challenge",
        .becomes = "drop source_unproved"},
       {.outside = to_server + "tcp [S.] seq=5 ack=6", .becomes = "drop syn_ack_unsolicited"},
       // The slot after the next.
       {.at_ms = 128'000,
        .outside = to_server + "tcp [R] seq=$challenge",
        .becomes = "drop source_unproved"}});
  EXPECT_EQ(worker.ground.counter(Counter::source_authenticated), 0U);
}

TEST(BadAckMode, LimitsItsChallenges) {
  TestPolicy policy = policy_with_mode(SynMode::bad_ack);
  policy.global.reply_limit_pps = 1;
  TestWorker worker = tcp_worker(policy);
  worker.play(
      {{.outside = syn, .becomes = challenge}, {.outside = syn, .becomes = "drop reply_limited"}});
}

TEST(RetransmitMode, LetsASynThroughThatComesAgainAsTcpSendsIt) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::retransmit));
  worker.play({{.outside = syn, .becomes = "drop syn_first"},
               {.at_ms = 100, .outside = syn, .becomes = "drop syn_too_soon"},
               // Another sequence number is another SYN.
               {.at_ms = 900,
                .outside = to_server + "tcp [S] seq=1001 mss=1460",
                .becomes = "drop syn_first"},
               {.at_ms = 1000, .outside = syn, .becomes = "open"},
               {.at_ms = 1000,
                .outside = "198.51.100.7:4001 > 192.0.2.10:80 tcp [S] seq=5",
                .becomes = "open"}});
  EXPECT_EQ(worker.ground.counters(), "syn_received=5 syn_forwarded=2 source_authenticated=1");
}

TEST(RetransmitMode, TakesALateSynForAFirstOne) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::retransmit));
  worker.play({{.outside = syn, .becomes = "drop syn_first"},
               {.at_ms = 10'001, .outside = syn, .becomes = "drop syn_first"},
               {.at_ms = 13'000, .outside = syn, .becomes = "open"}});
}

TEST(RetransmitMode, DropsOtherSegmentsOfUnknownSources) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::retransmit));
  for (const char* segment : {"tcp [.] seq=5 ack=6", "tcp [R] seq=5", "tcp [F.] seq=5 ack=6"}) {
    worker.play({{.outside = to_server + segment, .becomes = "drop source_unproved"}});
  }
  worker.play(
      {{.outside = to_server + "tcp [S.] seq=5 ack=6", .becomes = "drop syn_ack_unsolicited"}});
}

TEST(AuthenticatedSource, OfIpv6IsANetwork) {
  TestWorker worker = tcp_worker(policy_with_mode(SynMode::retransmit));
  const std::string one = "[2001:db8::7]:4000 > [2001:db8::10]:80 tcp [S] seq=1";
  const std::string neighbour = "[2001:db8::8]:4000 > [2001:db8::10]:80 tcp [S] seq=1";
  const std::string stranger = "[2001:db8:0:1::7]:4000 > [2001:db8::10]:80 tcp [S] seq=1";
  worker.play({{.outside = one, .becomes = "drop syn_first"},
               {.at_ms = 1000, .outside = one, .becomes = "open"},
               {.at_ms = 1000, .outside = neighbour, .becomes = "open"},
               {.at_ms = 1000, .outside = stranger, .becomes = "drop syn_first"}});
}

}  // namespace
}  // namespace sekimori::test
