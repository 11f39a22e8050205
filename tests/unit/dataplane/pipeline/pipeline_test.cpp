#include "dataplane/pipeline/pipeline.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/test_worker.hpp"

namespace sekimori::test {
namespace {

/// A pipeline on its ground.
struct Whole {
  explicit Whole(const TestPolicy& policy, std::uint32_t workers = 1)
      : ground(policy),
        pipeline(policy.global, workers, ground.secret, ground.keys, ground.stats, ground.meters,
                 *ground.evidence) {}

  std::vector<Decision> process(Side from, const std::vector<std::string>& lines) {
    buffers.clear();
    std::vector<Frame> frames;
    for (const std::string& line : lines) {
      frames.push_back(buffers.emplace_back(frame_bytes(line, opposite(from))).frame());
    }
    std::vector<Decision> decisions(frames.size());
    pipeline.process(from, frames, decisions, ground.policy, ground.now);
    for (std::size_t i = 0; i < frames.size(); ++i) buffers[i].frame() = frames[i];
    return decisions;
  }

  TestGround ground;
  Pipeline pipeline;
  std::vector<FrameBuffer> buffers;
};

TEST(Pipeline, OfNoFramesDoesNothing) {
  Whole whole{TestPolicy{}};
  EXPECT_TRUE(whole.process(Side::outside, {}).empty());
  EXPECT_EQ(whole.ground.counters(), "");
}

TEST(Pipeline, DecidesOnEveryFrameOfAFullBurst) {
  Whole whole{policy_with_mode(SynMode::proxy)};
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < max_burst; ++i) {
    const std::string from = "198.51.100." + std::to_string(i + 1) + ":4000 > ";
    lines.push_back(i % 4 == 0   ? from + "192.0.2.10:80 tcp [S] seq=1"
                    : i % 4 == 1 ? from + "192.0.2.10:80 tcp [.] seq=1"
                    : i % 4 == 2 ? from + "192.0.2.10:80 udp"
                                 : from + "192.0.2.11:80 udp badsum");
  }
  const auto decisions = whole.process(Side::outside, lines);
  for (std::size_t i = 0; i < max_burst; ++i) {
    EXPECT_EQ(decisions[i].verdict, i % 4 == 0   ? Verdict::reply
                                    : i % 4 == 1 ? Verdict::drop
                                                 : Verdict::forward);
  }
  EXPECT_EQ(whole.ground.verdicts(), "forward=32 reply=16 drop=16");
  EXPECT_EQ(whole.ground.drops(), "cookie_invalid=16");
  EXPECT_EQ(whole.ground.counter(Counter::received_outside_packets), 64U);
  EXPECT_EQ(whole.ground.counter(Counter::received_inside_packets), 0U);
  EXPECT_EQ(whole.ground.meters[0].dropped_packets, 16U);
  EXPECT_EQ(whole.ground.meters[0].dropped_bytes, 16U * 54);
}

TEST(Pipeline, CountsWhatItReceivesBySide) {
  Whole whole{TestPolicy{}};
  whole.process(Side::outside,
                {"198.51.100.7:1 > 192.0.2.10:2 udp len=100", "ether=0x0806 len=28"});
  whole.process(Side::inside, {"192.0.2.10:2 > 198.51.100.7:1 udp len=200"});
  EXPECT_EQ(whole.ground.counters(),
            "received_outside_packets=2 received_outside_bytes=184 received_inside_packets=1 "
            "received_inside_bytes=242");
}

/// A reply stands in the frame that it answers and is shorter than it may have been.
TEST(Pipeline, MetersTheBytesThatComeAndNotThoseThatLeave) {
  Whole whole{policy_with_mode(SynMode::proxy)};
  whole.process(Side::outside, {"198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 len=100"});
  ASSERT_EQ(whole.buffers[0].frame().length, 54U);
  EXPECT_EQ(whole.ground.meters[0].of(TrafficClass::total).bytes, 154U);
  EXPECT_EQ(whole.ground.meters[0].of(TrafficClass::tcp).bytes, 154U);
  whole.process(Side::inside, {"192.0.2.10:80 > 198.51.100.7:4000 tcp [P.] seq=1 ack=1 len=200"});
  ASSERT_EQ(whole.buffers[0].frame().length, 54U);
  EXPECT_EQ(whole.ground.meters[0].from_inside_bytes, 254U);
}

/// Each check stands before those that need what it has checked.
TEST(Pipeline, AsksItsStagesInOrder) {
  TestPolicy policy = policy_with_mode(SynMode::retransmit);
  policy.block = {"203.0.113.0/24"};
  policy.objects[0].settings.limits[static_cast<std::size_t>(TrafficClass::total)] = {
      .packets_per_s = 1};
  struct Row {
    const char* description;
    const char* packet;
    DropReason reason;
  };
  for (const Row& row :
       {Row{"a fault before a block", "203.0.113.1:1 > 192.0.2.10:2 tcp [S] badsum",
            DropReason::tcp_checksum},
        Row{"a block before authentication", "203.0.113.1:1 > 192.0.2.10:2 tcp [S]",
            DropReason::source_blocked},
        Row{"authentication before a limit", "198.51.100.7:1 > 192.0.2.10:2 tcp [S]",
            DropReason::syn_first},
        Row{"a limit last", "198.51.100.7:1 > 192.0.2.10:2 udp", DropReason::limit_total}}) {
    Whole whole{policy};
    whole.process(Side::outside, {"198.51.100.9:1 > 192.0.2.10:2 udp"});
    const auto decisions = whole.process(Side::outside, {row.packet});
    ASSERT_EQ(decisions[0].verdict, Verdict::drop) << row.description;
    EXPECT_EQ(decisions[0].reason, row.reason) << row.description;
    // What is dropped is metered all the same.
    EXPECT_EQ(whole.ground.meters[0].of(TrafficClass::total).packets, 2U) << row.description;
    EXPECT_EQ(whole.ground.meters[0].dropped_packets, 1U) << row.description;
  }
}

TEST(Pipeline, SpendsNoRateOnPacketsThatAuthenticationDrops) {
  TestPolicy policy = policy_with_mode(SynMode::retransmit);
  policy.objects[0].settings.limits[static_cast<std::size_t>(TrafficClass::tcp)] = {.packets_per_s =
                                                                                        1};
  Whole whole{policy};
  for (int i = 0; i < 10; ++i) {
    whole.process(Side::outside,
                  {"198.51.100.7:1 > 192.0.2.10:2 tcp [.] seq=" + std::to_string(i)});
  }
  EXPECT_EQ(whole.ground.drops(), "source_unproved=10");
  whole.process(Side::inside, {"192.0.2.10:2 > 198.51.100.7:1 tcp [.] len=5"});
  EXPECT_EQ(whole.process(Side::outside, {"198.51.100.7:1 > 192.0.2.10:2 tcp [.]"})[0].verdict,
            Verdict::forward);
}

TEST(Pipeline, DividesRatesAmongItsWorkers) {
  TestPolicy policy;
  policy.objects[0].settings.limits[static_cast<std::size_t>(TrafficClass::udp)] = {.packets_per_s =
                                                                                        1000};
  Whole whole{policy, 10};
  std::uint64_t passed = 0;
  for (std::uint64_t ms = 0; ms < 1000; ++ms) {
    whole.ground.set_ms(ms);
    const auto decisions = whole.process(Side::outside, {"198.51.100.7:1 > 192.0.2.10:2 udp"});
    passed += decisions[0].verdict == Verdict::forward ? 1U : 0U;
  }
  // A tenth of the rate and a tenth of a second of it at once.
  EXPECT_GE(passed, 100U);
  EXPECT_LE(passed, 112U);
}

TEST(PipelineTick, ShowsHowFullTheTablesAre) {
  Whole whole{policy_with_mode(SynMode::reset)};
  whole.process(Side::inside, {"192.0.2.10:2 > 198.51.100.7:1 tcp [.] len=5",
                               "192.0.2.10:2 > 198.51.100.7:2 tcp [.] len=5"});
  whole.pipeline.tick(whole.ground.policy, whole.ground.now);
  EXPECT_EQ(whole.ground.counter(Counter::flows), 2U);
  whole.ground.set_ms(3'600'001);
  whole.pipeline.tick(whole.ground.policy, whole.ground.now);
  EXPECT_EQ(whole.ground.counter(Counter::flows), 0U);
  EXPECT_EQ(whole.ground.counter(Counter::flow_removed), 2U);
}

TEST(PipelineTick, SendsThroughItsOutbox) {
  Whole whole{policy_with_mode(SynMode::proxy)};
  const std::string client = "198.51.100.7:4000 > 192.0.2.10:80 ";
  whole.process(Side::outside, {client + "tcp [S] seq=1000"});
  const Bytes syn_ack = whole.buffers[0].bytes();
  const std::uint32_t cookie = load<be32>(syn_ack.data() + 38).host();
  const auto decisions = whole.process(
      Side::outside, {client + "tcp [.] seq=1001 ack=" + std::to_string(cookie + 1) + " win=9"});
  ASSERT_EQ(decisions[0].verdict, Verdict::forward);
  const Bytes syn = whole.buffers[0].bytes();
  EXPECT_EQ(decode_packet(syn, Side::inside), client + "tcp [S] seq=1000 win=9 mss=536");
  whole.pipeline.tick(whole.ground.policy, whole.ground.now);
  EXPECT_EQ(whole.ground.counter(Counter::handshakes), 1U);
  EXPECT_TRUE(whole.pipeline.outbox().packets().empty());
  whole.ground.set_ms(1000);
  whole.pipeline.tick(whole.ground.policy, whole.ground.now);
  ASSERT_EQ(whole.pipeline.outbox().packets().size(), 1U);
  EXPECT_EQ(whole.pipeline.outbox().packets()[0].to, Side::inside);
  EXPECT_TRUE(std::ranges::equal(whole.pipeline.outbox().packets()[0].bytes, syn));
}

}  // namespace
}  // namespace sekimori::test
