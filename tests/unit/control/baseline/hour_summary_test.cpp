#include "control/baseline/hour_summary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace sekimori {
namespace {

TEST(RateCode, IsWithinOnePercent) {
  for (double rate = 1; rate < 1e14; rate *= 1.0137) {
    EXPECT_NEAR(rate_of(rate_code(rate)) / rate, 1, 0.0055) << rate;
  }
}

TEST(RateCode, KeepsTheOrder) {
  std::uint16_t last = 0;
  for (double rate = 0.5; rate < 1e15; rate *= 1.003) {
    EXPECT_GE(rate_code(rate), last) << rate;
    last = rate_code(rate);
  }
}

TEST(RateCode, TakesAnyNumber) {
  EXPECT_EQ(rate_code(0), 0);
  EXPECT_EQ(rate_of(0), 0);
  EXPECT_EQ(rate_code(-1), 0);
  EXPECT_EQ(rate_code(std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(rate_of(rate_code(0.01)), 1);
  EXPECT_LT(rate_code(std::numeric_limits<double>::infinity()), HourSummary::left_out);
}

TEST(HourSummary, HasTheQuantilesOfTheMinutes) {
  std::vector<std::uint16_t> minutes;
  for (int i = 60; i >= 1; --i) minutes.push_back(rate_code(100.0 * i));
  const HourSummary hour = summarize(minutes);
  ASSERT_TRUE(hour.counts());
  EXPECT_NEAR(rate_of(hour.median), 3'050, 30);
  EXPECT_NEAR(rate_of(hour.high), 5'941, 60);
  EXPECT_NEAR(rate_of(hour.most), 6'000, 60);
}

TEST(HourSummary, NeedsHalfOfTheMinutes) {
  EXPECT_FALSE(summarize(std::vector<std::uint16_t>(29, 7)).counts());
  EXPECT_EQ(summarize(std::vector<std::uint16_t>(30, 7)), (HourSummary{7, 7, 7}));
  EXPECT_FALSE(HourSummary{}.counts());
  EXPECT_FALSE(HourSummary::of_incident().counts());
  EXPECT_TRUE(HourSummary::of_silence().counts());
}

TEST(HourPlace, BeginsWeeksOnMonday) {
  // 2024-01-01 was a Monday; 00:00 UTC is hour 473,352 since 1970.
  const HourPlace monday = place_of_hour(473'352);
  EXPECT_EQ(monday.hour, 0U);
  EXPECT_EQ(place_of_hour(473'351), (HourPlace{.week = monday.week - 1, .hour = 167}));
  EXPECT_EQ(place_of_hour(473'352 + 168), (HourPlace{.week = monday.week + 1, .hour = 0}));
}

}  // namespace
}  // namespace sekimori
