#include "bench/system/search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sekimori::bench {
namespace {

/// A device that loses nothing up to a rate, at a generator that makes no more than another.
struct Model {
  double device_pps = 0;
  double generator_pps = 0;

  TrialResult operator()(double pps) const {
    const double offered = std::min(pps, generator_pps);
    return {.offered_pps = offered, .lossless = offered <= device_pps};
  }
};

TEST(Search, FindsTheHighestRateWithoutLoss) {
  const Throughput found = find_throughput({.precision = 0.01}, Model{3.3e6, 14e6});
  EXPECT_LE(found.pps, 3.3e6);
  EXPECT_GE(found.pps, 3.3e6 * 0.98);
  EXPECT_FALSE(found.generator_limited);
}

TEST(Search, FindsALowRateToo) {
  const Throughput found = find_throughput({.precision = 0.01}, Model{1234, 14e6});
  EXPECT_LE(found.pps, 1234);
  EXPECT_GE(found.pps, 1234 * 0.98);
}

TEST(Search, SaysWhenTheGeneratorIsTheLimit) {
  const Throughput found = find_throughput({}, Model{20e6, 14e6});
  EXPECT_EQ(found.pps, 14e6);
  EXPECT_TRUE(found.generator_limited);
  EXPECT_EQ(found.trials, 1U);
}

TEST(Search, SaysWhenThePacedGeneratorIsTheLimit) {
  // Back to back it makes more than when it keeps to a rate.
  const auto trial = [](double pps) {
    if (std::isinf(pps)) return TrialResult{.offered_pps = 14e6, .lossless = false};
    return Model{12e6, 10e6}(pps);
  };
  const Throughput found = find_throughput({.precision = 0.01}, trial);
  EXPECT_EQ(found.pps, 10e6);
  EXPECT_TRUE(found.generator_limited);
}

TEST(Search, FindsNothingWhereEveryRateLoses) {
  const Throughput found = find_throughput({.attempts = 2, .most_steps = 5}, Model{0, 14e6});
  EXPECT_EQ(found.pps, 0);
  EXPECT_EQ(found.trials, 2U * (1 + 5));
}

TEST(Search, TriesARateAgainThatLostOnce) {
  bool lost_before = false;
  double last = 0;
  const auto trial = [&](double pps) {
    lost_before = pps != last;
    last = pps;
    TrialResult result = Model{3.3e6, 14e6}(pps);
    result.lossless = result.lossless && !lost_before;
    return result;
  };
  EXPECT_EQ(find_throughput({.attempts = 1}, trial).pps, 0);
  EXPECT_GE(find_throughput({.attempts = 2}, trial).pps, 3.3e6 * 0.98);
}

}  // namespace
}  // namespace sekimori::bench
