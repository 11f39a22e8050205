#include "dataplane/state/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <vector>

namespace sekimori {
namespace {

class Sampling : public testing::Test {
 protected:
  std::unique_ptr<WorkerEvidence> shown_ = std::make_unique<WorkerEvidence>();
  Sampler sampler_{SipKey{.k0 = 1, .k1 = 2}, *shown_};
  std::array<std::uint8_t, 1514> bytes_{};

  void take(std::uint32_t length, const Decision& decision, const Now& now) {
    const Frame frame{.data = bytes_.data(), .length = length, .capacity = 1514};
    sampler_.begin(frame, 3, now);
    sampler_.finish(decision);
  }
  PacketSample last() const {
    PacketSample sample;
    const std::uint64_t taken = shown_->samples_taken;
    EXPECT_EQ(shown_->samples[(taken - 1) % stats_sample_slots].read(sample), taken);
    return sample;
  }
};

TEST_F(Sampling, KeepsTheBeginningOfAFrameWithItsFate) {
  for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<std::uint8_t>(i);
  for (const std::uint32_t length : {0U, 60U, 128U, 129U, 1514U}) {
    take(length, {.verdict = Verdict::drop, .reason = DropReason::land}, {.unix_ns = 17});
    const PacketSample sample = last();
    EXPECT_EQ(sample.unix_ns, 17U);
    EXPECT_EQ(sample.object_slot, 3U);
    EXPECT_EQ(sample.wire_bytes, length);
    EXPECT_EQ(sample.captured_bytes, std::min(length, 128U));
    EXPECT_TRUE(
        std::ranges::equal(sample.captured(), std::span{bytes_}.first(std::min(length, 128U))));
    EXPECT_EQ(sample.verdict, Verdict::drop);
    EXPECT_EQ(sample.reason, DropReason::land);
  }
}

TEST_F(Sampling, TakesAboutOneInAMillisecondAndWeighsThemByWhatPassedBy) {
  constexpr std::uint64_t second_ns = ns_per_s;
  constexpr std::uint32_t per_burst = 50;
  std::uint64_t packets = 0;
  std::uint64_t weights = 0;
  std::set<std::uint32_t> numbers;
  for (std::uint64_t now_ns = 0; now_ns < second_ns; now_ns += 20 * ns_per_us) {
    packets += per_burst;
    const Now now{.monotonic_ns = now_ns, .unix_ns = now_ns};
    if (const auto number = sampler_.choose(per_burst, now)) {
      EXPECT_LT(*number, per_burst);
      numbers.insert(*number);
      take(60, {}, now);
      weights += last().weight;
    }
  }
  EXPECT_GT(shown_->samples_taken, 900U);
  EXPECT_LT(shown_->samples_taken, 1'100U);
  EXPECT_EQ(numbers.size(), per_burst) << "every place of a burst is met";
  EXPECT_LE(weights, packets);
  EXPECT_GT(weights, packets - 200 * per_burst);
}

TEST_F(Sampling, WaitsForAPacket) {
  EXPECT_FALSE(sampler_.choose(0, {.monotonic_ns = ns_per_s}));
  EXPECT_EQ(sampler_.choose(1, {.monotonic_ns = ns_per_s}), 0U);
}

}  // namespace
}  // namespace sekimori
