#include "bench/system/frame_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekimori::bench {
namespace {

using testing::ElementsAre;

constexpr double ticks_per_s = 1e9;

TEST(FrameLog, AccountsForEachFrame) {
  FrameLog log;
  const std::uint32_t first = 0xfffffffe;  // numbers go round within the trial
  log.begin(first, true);
  log.begin_load(1000);
  log.offered(1000, 2, 0);
  log.offered(1100, 3, 1);
  EXPECT_FALSE(log.complete());
  log.returned(1500, first);
  log.returned(1600, first + 2);
  log.returned(1600, first + 1);
  log.returned(1600, first + 2);
  log.returned(1600, first + 5);
  log.returned(1600, std::nullopt);
  EXPECT_FALSE(log.complete());
  log.returned(1700, first + 3);
  EXPECT_TRUE(log.complete());

  const Trial trial = log.finish(ticks_per_s, 500);
  EXPECT_EQ(trial.offered, 5U);
  EXPECT_EQ(trial.refused, 1U);
  EXPECT_EQ(trial.received, 4U);
  EXPECT_EQ(trial.lost(), 1U);
  EXPECT_EQ(trial.repeated, 1U);
  EXPECT_EQ(trial.reordered, 1U);
  EXPECT_EQ(trial.foreign, 2U);
  EXPECT_FALSE(trial.lossless());
  EXPECT_DOUBLE_EQ(trial.offered_pps(), 5 / 500e-9);
  EXPECT_THAT(trial.latencies_ns, ElementsAre(500, 500, 600, 600));
  EXPECT_DOUBLE_EQ(trial.last_loss_s, 100e-9);
}

TEST(FrameLog, TellsLossesBeforeTheLastLoadFromThoseIn) {
  FrameLog log;
  log.begin(0, true);
  log.begin_load(0);
  log.offered(100, 2, 0);
  log.begin_load(1000);
  log.offered(1200, 1, 0);
  log.returned(1300, 1);
  log.returned(1300, 2);
  EXPECT_LT(log.finish(ticks_per_s, 1200).last_loss_s, 0);
}

TEST(FrameLog, BeginsAnew) {
  FrameLog log;
  log.begin(0, false);
  log.offered(0, 64, 0);
  for (std::uint32_t i = 0; i < 64; ++i) log.returned(1, i);
  EXPECT_TRUE(log.finish(ticks_per_s, 1).lossless());
  log.begin(64, false);
  log.offered(2, 64, 0);
  log.returned(3, 63);
  EXPECT_EQ(log.finish(ticks_per_s, 1).received, 0U);
}

}  // namespace
}  // namespace sekimori::bench
