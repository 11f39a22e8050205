#include "control/detect/rate_window.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sekimori {
namespace {

/// One object that gets packets at a steady rate.
class Steady {
 public:
  void advance(RateWindow& window, std::uint64_t ms, double packets_per_s) {
    now_ms_ += ms;
    packets_ += packets_per_s * static_cast<double>(ms) / 1'000;
    meters_[0].of(TrafficClass::total).packets = static_cast<std::uint64_t>(packets_);
    window.advance(now_ms_, meters_);
  }
  void restart() {
    packets_ = 0;
    meters_[0] = {};
  }
  [[nodiscard]] std::uint64_t now_ms() const { return now_ms_; }

 private:
  std::uint64_t now_ms_ = 10'000;
  double packets_ = 0;
  std::array<ObjectMeters, 1> meters_{};
};

double packets(const RateWindow& window) {
  return static_cast<double>(window.rates(0)[Count::packets]);
}

TEST(RateWindow, IsTheRateOfTheLastSecond) {
  RateWindow window{1};
  Steady steady;
  for (int i = 0; i < 30; ++i) steady.advance(window, 100, 1'000);
  EXPECT_TRUE(window.known(0));
  EXPECT_NEAR(packets(window), 1'000, 1);
  for (int i = 0; i < 5; ++i) steady.advance(window, 100, 3'000);
  EXPECT_NEAR(packets(window), 2'000, 1);
  for (int i = 0; i < 5; ++i) steady.advance(window, 100, 3'000);
  EXPECT_NEAR(packets(window), 3'000, 1);
}

TEST(RateWindow, KnowsNothingBeforeHalfASecond) {
  RateWindow window{1};
  Steady steady;
  for (int i = 0; i < 5; ++i) steady.advance(window, 100, 1'000);
  EXPECT_FALSE(window.known(0));
  steady.advance(window, 100, 1'000);
  EXPECT_TRUE(window.known(0));
  EXPECT_NEAR(packets(window), 1'000, 1);
}

TEST(RateWindow, TakesAnyPaceOfObservations) {
  for (const std::uint64_t pace_ms : {10U, 37U, 100U, 130U, 400U, 999U, 1'000U, 2'000U}) {
    SCOPED_TRACE(pace_ms);
    RateWindow window{1};
    Steady steady;
    for (std::uint64_t ms = 0; ms < 8'000; ms += pace_ms) steady.advance(window, pace_ms, 5'000);
    EXPECT_NEAR(packets(window), 5'000, 5);
  }
}

TEST(RateWindow, GoesOnOverAGapAndBeginsAnewAfterALongOne) {
  RateWindow window{1};
  Steady steady;
  for (int i = 0; i < 20; ++i) steady.advance(window, 100, 1'000);
  steady.advance(window, 4'000, 3'000);
  EXPECT_TRUE(window.known(0));
  EXPECT_NEAR(packets(window), 3'000, 1);
  steady.advance(window, RateWindow::max_gap_ms + 1, 9'000);
  EXPECT_FALSE(window.known(0));
  for (int i = 0; i < 6; ++i) steady.advance(window, 100, 700);
  EXPECT_NEAR(packets(window), 700, 1);
}

TEST(RateWindow, KeepsTheRatesUntilRestartedCountersSayMore) {
  RateWindow window{1};
  Steady steady;
  for (int i = 0; i < 20; ++i) steady.advance(window, 100, 1'000);
  steady.restart();
  steady.advance(window, 100, 1'000);
  EXPECT_FALSE(window.known(0));
  EXPECT_NEAR(packets(window), 1'000, 1);
  for (int i = 0; i < 10; ++i) steady.advance(window, 100, 2'000);
  EXPECT_TRUE(window.known(0));
  EXPECT_NEAR(packets(window), 2'000, 1);
}

TEST(RateWindow, GoesOnWhereItWasSaved) {
  RateWindow window{1};
  Steady steady;
  for (int i = 0; i < 17; ++i) steady.advance(window, 100, 1'000 + 100 * i);
  RateWindow restored{1};
  ASSERT_TRUE(restored.restore_times(window.save_times()));
  ASSERT_TRUE(restored.restore_object(0, window.save_object(0)));
  Steady same = steady;
  for (int i = 0; i < 5; ++i) {
    steady.advance(window, 100, 500);
    same.advance(restored, 100, 500);
    EXPECT_EQ(packets(window), packets(restored));
  }
}

TEST(RateWindow, AnObjectThatWasNotSavedBeginsAnew) {
  RateWindow window{1};
  Steady steady;
  for (int i = 0; i < 17; ++i) steady.advance(window, 100, 1'000);
  RateWindow restored{1};
  ASSERT_TRUE(restored.restore_times(window.save_times()));
  steady.advance(restored, 100, 1'000);
  EXPECT_FALSE(restored.known(0));
  for (int i = 0; i < 6; ++i) steady.advance(restored, 100, 1'000);
  EXPECT_NEAR(packets(restored), 1'000, 1);
}

TEST(OfferedRates, AreTheVectorsOfTheCounts) {
  RateRow row;
  row[Count::packets] = 100;
  row[Count::bytes] = 1'000;
  row[Count::tcp] = 60;
  row[Count::syn] = 25;
  row[Count::cookie_valid] = 7;
  const PerVector<double> rates = offered_rates(row);
  EXPECT_EQ(rates[Vector::packets], 100);
  EXPECT_EQ(rates[Vector::bits], 8'000);
  EXPECT_EQ(rates[Vector::syn], 25);
  EXPECT_EQ(rates[Vector::tcp_flags], 35);
  EXPECT_EQ(rates[Vector::new_connections], 7);
}

}  // namespace
}  // namespace sekimori
