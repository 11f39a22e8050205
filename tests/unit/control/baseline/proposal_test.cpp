#include "control/baseline/proposal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

namespace sekimori {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t first_week = 2'800;

HourSummary hour_of(double rate) {
  const std::uint16_t code = rate_code(rate);
  return {code, code, code};
}

using Rate = std::function<double(std::uint64_t week, std::size_t hour)>;

/// Weeks of `packets` with one rate for each hour; a rate below 0 was not seen.
ObjectHistory history_of(std::uint64_t weeks, const Rate& rate) {
  ObjectHistory history;
  for (std::uint64_t w = 0; w < weeks; ++w) {
    WeekProfile profile;
    profile.week = first_week + w;
    for (std::size_t h = 0; h < hours_of_week; ++h) {
      if (const double r = rate(w, h); r >= 0) profile.hours[h] = hour_of(r);
    }
    history[Vector::packets].push_back(profile);
  }
  return history;
}

/// Least at night, most at 14:00: from 1,000 to 9,000 packets each second.
double daily(std::size_t hour) {
  return 5'000 + 4'000 * std::cos((static_cast<double>(hour % 24) - 14) / 12 * std::numbers::pi);
}

Proposal packets(const ObjectHistory& history, const CapacityPolicy& capacity = {}) {
  for (const Proposal& proposal : propose_thresholds(history, capacity)) {
    if (proposal.vector == Vector::packets) return proposal;
  }
  return {};
}

TEST(Proposal, IsThreeTimesTheHighestHour) {
  const Proposal proposal = packets(history_of(4, [](auto, std::size_t h) { return daily(h); }));
  EXPECT_NEAR(static_cast<double>(proposal.threshold), 27'000, 200);
  EXPECT_EQ(proposal.baseline.hours, 4 * hours_of_week);
  EXPECT_EQ(proposal.baseline.highest_hour % 24, 14U);
  EXPECT_EQ(proposal.baseline.confidence, Confidence::high);
  EXPECT_NEAR(proposal.baseline.median, 5'000, 700);
  EXPECT_EQ(proposal.reason,
            "672 hours count (28 days, confidence high). The highest is Monday 14:00 UTC with "
            "9030 packets per second in 99 % of its minutes; 3 times that is proposed.");
}

TEST(Proposal, LeavesOutAnAttackThatNobodyNoticed) {
  const auto attacked = history_of(4, [](std::uint64_t w, std::size_t h) {
    return w == 2 && h >= 38 && h < 44 ? 400'000 : daily(h);
  });
  const Proposal proposal = packets(attacked);
  EXPECT_NEAR(static_cast<double>(proposal.threshold), 27'000, 200);
  EXPECT_EQ(proposal.baseline.hours_outlier, 6U);
  EXPECT_THAT(proposal.reason, HasSubstr("6 hours left out, being above 5 times the same hour at "
                                         "other times."));
}

TEST(Proposal, LeavesOutAnAttackInItsFirstWeek) {
  const auto attacked = history_of(1, [](auto, std::size_t h) {
    if (h >= 96) return -1.0;
    return h == 38 ? 400'000 : daily(h);
  });
  const Proposal proposal = packets(attacked);
  EXPECT_NEAR(static_cast<double>(proposal.threshold), 27'000, 200);
  EXPECT_EQ(proposal.baseline.hours_outlier, 1U);
  EXPECT_EQ(proposal.baseline.confidence, Confidence::medium);
}

TEST(Proposal, LeavesOutHoursOfIncidents) {
  auto attacked = history_of(4, [](auto, std::size_t h) { return daily(h); });
  for (std::size_t h = 30; h < 50; ++h) {
    attacked[Vector::packets][1].hours[h] = HourSummary::of_incident();
  }
  // The other vectors' hours go with those of `packets`.
  attacked[Vector::udp] = history_of(4, [](std::uint64_t w, std::size_t h) {
    return w == 1 && h == 40 ? 50'000 : 200;
  })[Vector::packets];
  const Proposal proposal = packets(attacked);
  EXPECT_EQ(proposal.baseline.hours_incident, 20U);
  EXPECT_EQ(proposal.baseline.hours, 4 * hours_of_week - 20);
  EXPECT_THAT(proposal.reason, HasSubstr("20 hours left out, as an incident was open."));
  EXPECT_NEAR(baseline_of(attacked, Vector::udp)->high, 200, 2);
}

TEST(Proposal, TakesARisingLoadForNormal) {
  // Twice as much every week is no outlier.
  const auto rising = history_of(
      4, [](std::uint64_t w, std::size_t) { return 1'000.0 * static_cast<double>(1U << w); });
  EXPECT_NEAR(static_cast<double>(packets(rising).threshold), 24'000, 200);
}

TEST(Proposal, SaysHowLittleItKnows) {
  EXPECT_EQ(packets(history_of(1, [](auto, std::size_t h) { return h < 24 ? 800.0 : -1; }))
                .baseline.confidence,
            Confidence::low);
  EXPECT_EQ(packets(history_of(2, [](auto, auto) { return 800.0; })).baseline.confidence,
            Confidence::high);
  EXPECT_TRUE(propose_thresholds(history_of(4, [](auto, auto) { return -1; }), {}).empty());
  EXPECT_TRUE(propose_thresholds({}, {}).empty());
}

TEST(Proposal, IsTheFloorForWhatNeverComes) {
  const auto silent = history_of(4, [](auto, auto) { return 0; });
  const auto proposals = propose_thresholds(silent, {});
  ASSERT_EQ(proposals.size(), vector_count) << "that nothing came is known of all vectors";
  for (const Proposal& proposal : proposals) {
    EXPECT_EQ(proposal.threshold, threshold_floor(proposal.vector));
    EXPECT_THAT(proposal.reason, HasSubstr("There was none of it. Raised to "));
  }
}

TEST(Proposal, CountsOnlyTheLastWeeks) {
  const auto old = history_of(6, [](std::uint64_t w, auto) { return w == 0 ? 3'000 : 1'000; });
  EXPECT_EQ(packets(old).baseline.hours, 5 * hours_of_week);
  EXPECT_NEAR(static_cast<double>(packets(old).threshold), 3'000, 30);
}

TEST(Proposal, IsBoundedByTheCapacity) {
  const auto history = history_of(4, [](auto, std::size_t h) { return daily(h); });
  const CapacityPolicy capacity{
      .packets_per_s = 20'000, .bits_per_s = 0, .new_connections_per_s = 0};
  const Proposal proposal = packets(history, capacity);
  EXPECT_EQ(proposal.threshold, 20'000U);
  EXPECT_TRUE(proposal.bounded_by_capacity);
  EXPECT_TRUE(proposal.reason.ends_with("Bounded by the declared capacity."));
}

TEST(Proposal, IsTunedByHandWithinTheCapacity) {
  const auto history = history_of(4, [](auto, auto) { return 1'000; });
  const CapacityPolicy capacity{
      .packets_per_s = 5'000, .bits_per_s = 0, .new_connections_per_s = 0};
  const Proposal proposal = packets(history, capacity);
  const Proposal half = tuned(proposal, 0.5, capacity);
  EXPECT_NEAR(static_cast<double>(half.threshold), 1'500, 10);
  EXPECT_TRUE(half.reason.ends_with("Multiplied by 0.5 by hand."));
  const Proposal ten = tuned(proposal, 10, capacity);
  EXPECT_EQ(ten.threshold, 5'000U);
  EXPECT_TRUE(ten.bounded_by_capacity);
  EXPECT_TRUE(ten.reason.ends_with("Multiplied by 10 by hand. Bounded by the declared capacity."));
  EXPECT_EQ(tuned(proposal, 0, capacity).threshold, 1U) << "0 would be no threshold";
}

ObjectHistory arbitrary_history(double scale) {
  const auto weeks = *rc::gen::inRange<std::uint64_t>(1, 6);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  return history_of(weeks, [=](std::uint64_t w, std::size_t h) {
    const std::uint64_t mixed = (seed ^ (w * 7'919 + h)) * 0x9e3779b97f4a7c15;
    if (mixed % 7 == 0) return -1.0;
    return scale * std::exp2(static_cast<double>(mixed >> 40 & 0xff) / 16);
  });
}

RC_GTEST_PROP(ProposalProperty, IsNeverAboveTheCapacity, ()) {
  const CapacityPolicy capacity{
      .packets_per_s = *rc::gen::inRange<std::uint64_t>(1, 1'000'000),
      .bits_per_s = *rc::gen::inRange<std::uint64_t>(1, 1'000'000),
      .new_connections_per_s = *rc::gen::inRange<std::uint32_t>(1, 1'000'000)};
  const auto proposals = propose_thresholds(arbitrary_history(1), capacity);
  const double factor = *rc::gen::inRange(1, 1'000) / 10.0;
  for (const Proposal& proposal : proposals) {
    const std::uint64_t bound = capacity.bound(proposal.vector);
    if (bound == 0) continue;
    RC_ASSERT(proposal.threshold <= bound);
    RC_ASSERT(tuned(proposal, factor, capacity).threshold <= bound);
  }
}

RC_GTEST_PROP(ProposalProperty, IsNotLowerForMoreTraffic, ()) {
  const auto weeks = *rc::gen::inRange<std::uint64_t>(1, 6);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto doublings = *rc::gen::inRange(0, 10);
  const auto history = [&](double scale) {
    return history_of(weeks, [=](std::uint64_t w, std::size_t h) {
      const std::uint64_t mixed = (seed ^ (w * 7'919 + h)) * 0x9e3779b97f4a7c15;
      // Whole doublings are exact in the code of rates.
      return scale * std::exp2(static_cast<double>(mixed >> 40 & 0xff) / 16);
    });
  };
  RC_ASSERT(packets(history(std::exp2(doublings))).threshold >= packets(history(1)).threshold);
}

}  // namespace
}  // namespace sekimori
