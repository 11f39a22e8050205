#include "control/baseline/recorder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace sekimori {
namespace {

constexpr std::uint64_t hour_s = 3'600;
constexpr std::uint64_t start_s = 473'352 * hour_s;

PerVector<double> rates(double packets, double syn = 0) {
  PerVector<double> result;
  result[Vector::packets] = packets;
  result[Vector::syn] = syn;
  return result;
}

class Recorder : public testing::Test {
 protected:
  /// Every second of some minutes at one rate, beginning at a minute of the first hour.
  void minutes(std::uint64_t first, std::uint64_t count, double packets, double syn = 0) {
    for (std::uint64_t s = first * 60; s < (first + count) * 60; ++s) {
      take(recorder_.advance(start_s + s));
      recorder_.observe(0, rates(packets, syn), false);
    }
  }
  void take(std::vector<FinishedHour> hours) {
    for (FinishedHour& hour : hours) finished_.push_back(std::move(hour));
  }
  void end() { take(recorder_.advance(start_s + 100 * hour_s)); }

  static constexpr int web = 0;
  const std::vector<std::string> names_{"web", "mail"};
  BaselineRecorder recorder_{names_};
  std::vector<FinishedHour> finished_;
};

TEST_F(Recorder, SummarisesTheMaximaOfMinutes) {
  for (std::uint64_t m = 0; m < 60; ++m) {
    take(recorder_.advance(start_s + m * 60));
    recorder_.observe(web, rates(10), false);
    take(recorder_.advance(start_s + m * 60 + 30));
    recorder_.observe(web, rates(1'000), false);
    take(recorder_.advance(start_s + m * 60 + 59));
    recorder_.observe(web, rates(20), false);
  }
  EXPECT_TRUE(finished_.empty());
  end();
  ASSERT_EQ(finished_.size(), 1U);
  EXPECT_EQ(finished_[0].object, "web");
  EXPECT_EQ(finished_[0].vector, Vector::packets);
  EXPECT_EQ(finished_[0].hour, 473'352U);
  EXPECT_NEAR(rate_of(finished_[0].summary.median), 1'000, 6);
}

TEST_F(Recorder, HasNoRecordOfAVectorThatWasZero) {
  minutes(0, 60, 0);
  minutes(60, 60, 50, 5);
  end();
  ASSERT_EQ(finished_.size(), 3U);
  EXPECT_EQ(finished_[0].summary, HourSummary::of_silence()) << "packets show that it was watched";
  EXPECT_EQ(finished_[1].vector, Vector::packets);
  EXPECT_EQ(finished_[2].vector, Vector::syn);
  EXPECT_EQ(finished_[2].hour, 473'353U);
}

TEST_F(Recorder, CountsMinutesBeforeTheFirstPacketAsZero) {
  minutes(0, 59, 50);
  minutes(59, 1, 50, 700);
  end();
  ASSERT_EQ(finished_.size(), 2U);
  EXPECT_EQ(finished_[1].vector, Vector::syn);
  EXPECT_EQ(finished_[1].summary.median, 0);
  EXPECT_NEAR(rate_of(finished_[1].summary.most), 700, 5);
}

TEST_F(Recorder, HasNoRecordOfAnHourThatWasWatchedTooLittle) {
  minutes(0, 29, 50);
  minutes(60, 60, 50);
  end();
  ASSERT_EQ(finished_.size(), 1U);
  EXPECT_EQ(finished_[0].hour, 473'353U);
}

TEST_F(Recorder, LeavesOutAnHourInWhichSomethingWasAbnormal) {
  minutes(0, 40, 50);
  recorder_.observe(web, rates(9'999), true);
  minutes(40, 20, 50);
  minutes(60, 60, 50);
  end();
  ASSERT_EQ(finished_.size(), 2U);
  EXPECT_TRUE(finished_[0].summary.was_left_out());
  EXPECT_TRUE(finished_[1].summary.counts());
}

TEST_F(Recorder, GoesOnUnderTheSameNameWithOtherObjects) {
  minutes(0, 40, 50);
  recorder_.replace_objects(std::vector<std::string>{"new", "web"});
  for (std::uint64_t s = 40 * 60; s < hour_s; ++s) {
    take(recorder_.advance(start_s + s));
    recorder_.observe(1, rates(50), false);
  }
  end();
  ASSERT_EQ(finished_.size(), 1U);
  EXPECT_EQ(finished_[0].object, "web");
}

TEST_F(Recorder, BeginsAnewWhenTheClockGoesBack) {
  minutes(120, 60, 50);
  take(recorder_.advance(start_s));
  EXPECT_TRUE(finished_.empty());
  minutes(0, 60, 70);
  end();
  ASSERT_EQ(finished_.size(), 1U);
  EXPECT_EQ(finished_[0].hour, 473'352U);
  EXPECT_NEAR(rate_of(finished_[0].summary.median), 70, 1);
}

}  // namespace
}  // namespace sekimori
