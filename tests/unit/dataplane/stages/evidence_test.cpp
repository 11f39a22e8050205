#include "dataplane/stages/evidence.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/dataplane/stages/stories.hpp"

namespace sekimori::test {
namespace {

std::vector<SourceLoad> loads_of(const TestWorker& worker) {
  std::vector<SourceLoad> result;
  for (const WorkerEvidence::Source& place : worker.ground.evidence->sources) {
    SourceLoad load;
    if (place.read(load) != 0) result.push_back(load);
  }
  return result;
}

std::optional<PacketSample> last_sample(const TestWorker& worker) {
  const WorkerEvidence& evidence = *worker.ground.evidence;
  if (evidence.samples_taken == 0) return std::nullopt;
  PacketSample sample;
  EXPECT_NE(evidence.samples[(evidence.samples_taken - 1) % stats_sample_slots].read(sample), 0U);
  return sample;
}

class Evidence : public TestWorker {
 public:
  explicit Evidence(SynMode mode)
      : TestWorker{policy_with_mode(mode),
                   {classify, begin_sample, handle_tcp, meter, count_sources, finish_sample}} {}
};

TEST(SourceEvidence, CountsConnectionsThatACookieOpens) {
  Evidence worker{SynMode::proxy};
  worker.play(spliced_and({}));
  const auto loads = loads_of(worker);
  ASSERT_EQ(loads.size(), 1U);
  EXPECT_EQ(loads[0].source, *Address::parse("198.51.100.7"));
  EXPECT_EQ(loads[0].object_slot, 0U);
  EXPECT_EQ(loads[0].connections, 1U);
  EXPECT_EQ(loads[0].packets, 1U);
  EXPECT_EQ(loads[0].bytes, 54U);
  EXPECT_EQ(worker.ground.meters[0].new_sources, 1U);
}

TEST(SourceEvidence, CountsWhatConnectionsBringByASampleOfBursts) {
  constexpr std::uint64_t each = SourceLoads::one_burst_in;
  for (const std::size_t segments : {1U, 7U, 8U}) {
    Evidence worker{SynMode::proxy};
    worker.play(spliced_and({}));
    const std::vector<std::string> burst(segments, to_server + "tcp [.] seq=1001 ack=1");
    constexpr std::size_t bursts = 100 * each;
    for (std::size_t i = 0; i < bursts; ++i) worker.take(Side::outside, burst);
    const SourceLoad load = loads_of(worker).front();
    EXPECT_EQ(load.connections, 1U);
    EXPECT_EQ((load.packets - 1) % (each * segments), 0U) << "all segments of a burst, or none";
    EXPECT_EQ(load.bytes, 54 * load.packets);
    // 100 bursts are expected to be taken; 60 and 140 are more than four deviations away.
    EXPECT_GT(load.packets, 60 * each * segments);
    EXPECT_LT(load.packets, 140 * each * segments);
  }
}

TEST(SourceEvidence, CountsNothingThatAnybodyCanForge) {
  for (const SynMode mode :
       {SynMode::off, SynMode::proxy, SynMode::reset, SynMode::bad_ack, SynMode::retransmit}) {
    Evidence worker{mode};
    for (const char* const flags : {"S", "S.", ".", "P.", "F.", "R", "R."}) {
      for (const std::uint64_t at_ms : {0U, 1'000U}) {
        worker.ground.set_ms(at_ms);
        worker.take(Side::outside, {to_server + "tcp [" + flags + "] seq=7 ack=9",
                                    "198.51.100.9:1 > 192.0.2.10:2 udp"});
      }
    }
    EXPECT_TRUE(loads_of(worker).empty()) << syn_mode_names[static_cast<std::size_t>(mode)];
  }
}

TEST(SourceEvidence, DoesNotCountSegmentsFarFromTheConnection) {
  Evidence worker{SynMode::proxy};
  worker.play(spliced_and({}));
  for (int i = 0; i < 200; ++i) {
    worker.take(Side::outside, {to_server + "tcp [.] seq=90000000 ack=1"});
  }
  EXPECT_EQ(loads_of(worker).front().packets, 1U);
}

TEST(SampleEvidence, ShowsAPacketAsItCameAndWhatBecameOfIt) {
  Evidence worker{SynMode::proxy};
  const std::string syn = to_server + "tcp [S] seq=1000 mss=1460";
  worker.take(Side::outside, {syn});
  const auto sample = last_sample(worker);
  ASSERT_TRUE(sample.has_value());
  EXPECT_EQ(sample->verdict, Verdict::reply);
  EXPECT_EQ(sample->weight, 1U);
  EXPECT_EQ(sample->unix_ns, worker.ground.now.unix_ns);
  const auto captured = sample->captured();
  EXPECT_EQ(Bytes(captured.begin(), captured.end()), frame_bytes(syn));
}

TEST(SampleEvidence, IsOfObjectsAndFromOutsideOnly) {
  Evidence worker{SynMode::off};
  worker.take(Side::inside, {to_client + "tcp [.]"});
  worker.take(Side::outside, {"198.51.100.7:1 > 203.0.113.9:2 udp", "ether=0x0806 len=28"});
  EXPECT_FALSE(last_sample(worker));
  worker.take(Side::outside,
              {"198.51.100.7:1 > 203.0.113.9:2 udp", "198.51.100.7:1 > 192.0.2.10:2 udp len=30"});
  ASSERT_TRUE(last_sample(worker));
  EXPECT_EQ(last_sample(worker)->wire_bytes, 72U);
}

}  // namespace
}  // namespace sekimori::test
