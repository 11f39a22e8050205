#include "control/detect/detector.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "control/model/rate_text.hpp"

namespace sekimori {
namespace {

ObjectPolicy object_at(const char* name, const char* prefix, std::uint64_t udp_threshold) {
  ObjectPolicy object;
  object.name.value = name;
  PlacedPrefix placed;
  placed.value = *Prefix::parse(prefix);
  object.prefixes.push_back(placed);
  object.threshold[Vector::udp] = udp_threshold;
  return object;
}

Policy policy_of(std::vector<ObjectPolicy> objects) {
  Policy policy;
  policy.objects = std::move(objects);
  return policy;
}

/// A detector and the UDP rates of its objects.
struct Bed {
  explicit Bed(const Policy& policy)
      : detector(policy, {}), meters(policy.objects.size()), set_apart(policy.objects.size()) {}

  void run(double seconds, const std::vector<double>& udp_per_s) {
    for (int i = 0; i < static_cast<int>(seconds * 10); ++i) {
      ms += 100;
      for (std::size_t o = 0; o < meters.size(); ++o) {
        const auto packets = static_cast<std::uint64_t>(udp_per_s[o] / 10);
        meters[o].of(TrafficClass::total).packets += packets;
        meters[o].of(TrafficClass::udp).packets += packets;
      }
      detector.observe(ms, meters, set_apart);
    }
  }
  [[nodiscard]] std::vector<std::uint32_t> abnormal() const {
    std::vector<std::uint32_t> subjects;
    for (const Abnormal& a : detector.abnormal()) subjects.push_back(a.subject);
    return subjects;
  }

  Detector detector;
  std::vector<ObjectMeters> meters;
  std::vector<std::uint8_t> set_apart;
  std::uint64_t ms = 10'000;
};

using Subjects = std::vector<std::uint32_t>;

TEST(Detector, IsAbnormalOnlyAfterTheTimeThatThePolicyWants) {
  Policy policy = policy_of({object_at("a", "192.0.2.1", 1'000)});
  policy.detection.alert_after_ms = 500;
  Bed bed{policy};
  bed.run(3, {900});
  EXPECT_EQ(bed.abnormal(), Subjects{});
  // The rate is that of a second, so a tenfold load is above the threshold with its first tenth.
  bed.run(0.5, {10'000});
  EXPECT_EQ(bed.abnormal(), Subjects{});
  bed.run(0.1, {10'000});
  EXPECT_EQ(bed.abnormal(), Subjects{0});
  bed.run(1.5, {100});
  EXPECT_EQ(bed.abnormal(), Subjects{});
}

TEST(Detector, TakesThePolicysThresholdThenTheLearnedOneThenNone) {
  Policy policy = policy_of({object_at("a", "192.0.2.1", 1'000), object_at("b", "192.0.2.2", 0),
                             object_at("c", "192.0.2.3", 0)});
  policy.objects[0].ladder.level = ProtectionLevel::high;
  policy.objects[1].ladder.level = ProtectionLevel::low;
  std::vector<PerVector<std::uint64_t>> learned(2);
  learned[0][Vector::udp] = 50;
  learned[1][Vector::udp] = 70;
  const auto thresholds = resolve_thresholds(policy, learned);
  EXPECT_EQ(thresholds[0][Vector::udp].rate, 500);
  EXPECT_FALSE(thresholds[0][Vector::udp].learned);
  EXPECT_EQ(thresholds[1][Vector::udp].rate, 140);
  EXPECT_TRUE(thresholds[1][Vector::udp].learned);
  EXPECT_EQ(thresholds[2][Vector::udp].rate, 0);
  Bed bed{policy};
  bed.run(3, {0, 0, 1e6});
  EXPECT_EQ(bed.abnormal(), Subjects{});
}

TEST(DerivedThreshold, AddsUsualLoadsAndTheSquaresOfPeaks) {
  DerivedThreshold one;
  one.add(900);
  EXPECT_DOUBLE_EQ(one.rate(), 900);
  DerivedThreshold four;
  for (int i = 0; i < 4; ++i) four.add(900);
  EXPECT_DOUBLE_EQ(four.rate(), 4 * 300 + 2 * 600);
  DerivedThreshold hundred;
  for (int i = 0; i < 100; ++i) hundred.add(900);
  EXPECT_DOUBLE_EQ(hundred.rate(), 100 * 300 + 10 * 600);
}

Policy four_in_a_prefix() {
  return policy_of({object_at("a", "192.0.2.1", 900), object_at("b", "192.0.2.2", 900),
                    object_at("c", "192.0.2.3", 900), object_at("d", "192.0.2.4", 900),
                    object_at("e", "203.0.113.1", 900)});
}

TEST(Groups, ArePrefixesWithEnoughObjectsAndTenants) {
  Policy policy = four_in_a_prefix();
  policy.tenants.resize(2);
  policy.tenants[0].name.value = "city";
  policy.tenants[1].name.value = "town";
  policy.tenants[1].threshold[Vector::udp] = 5;
  for (std::size_t i = 0; i < 4; ++i) policy.objects[i].tenant.value = "city";
  policy.objects[4].tenant.value = "town";
  const std::vector<Group> groups = groups_of(policy);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].subject, (Subject{.level = Level::prefix, .name = "192.0.2.0/24"}));
  EXPECT_EQ(groups[0].tenant, "city");
  EXPECT_EQ(groups[0].members, (Subjects{0, 1, 2, 3}));
  EXPECT_EQ(groups[1].subject.name, "city");
  EXPECT_EQ(groups[2].subject.name, "town");
  EXPECT_EQ(groups[2].members, Subjects{4});
}

TEST(Groups, OfIpv6AreSites) {
  const Policy policy =
      policy_of({object_at("a", "2001:db8:1:1::1", 9), object_at("b", "2001:db8:1:2::/64", 9),
                 object_at("c", "2001:db8:1:3::1", 9), object_at("d", "2001:db8:1::/48", 9),
                 object_at("e", "2001:db8::/32", 9)});
  const std::vector<Group> groups = groups_of(policy);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].subject.name, "2001:db8:1::/48");
  EXPECT_EQ(groups[0].members, (Subjects{0, 1, 2, 3}));
}

TEST(Groups, AreAbnormalByWhatIsSpreadOverThem) {
  Bed bed{four_in_a_prefix()};
  bed.run(3, {300, 300, 300, 300, 300});
  EXPECT_EQ(bed.abnormal(), Subjects{});
  bed.run(3, {700, 700, 700, 700, 300});
  EXPECT_EQ(bed.abnormal(), Subjects{5});
}

TEST(Groups, LeaveOutMembersThatAreAboveThemselvesOrSetApart) {
  Bed bed{four_in_a_prefix()};
  bed.run(3, {300, 300, 300, 300, 300});
  // One member alone makes more than the group's threshold, and is judged by itself.
  bed.run(3, {50'000, 300, 300, 300, 300});
  EXPECT_EQ(bed.abnormal(), Subjects{0});
  bed.set_apart[0] = 1;
  bed.run(3, {890, 700, 700, 700, 300});
  // Three are no group any more.
  EXPECT_EQ(bed.abnormal(), Subjects{});
  bed.set_apart[0] = 0;
  bed.run(3, {890, 700, 700, 700, 300});
  EXPECT_EQ(bed.abnormal(), Subjects{5});
}

TEST(Groups, OfATenantDoNotRepeatWhatAPrefixHasShown) {
  Policy policy = four_in_a_prefix();
  policy.tenants.resize(1);
  policy.tenants[0].name.value = "city";
  for (ObjectPolicy& object : policy.objects) object.tenant.value = "city";
  Bed bed{policy};
  bed.run(3, {700, 700, 700, 700, 300});
  EXPECT_EQ(bed.abnormal(), Subjects{5});
}

TEST(Usual, IsTheAverageUntilItHasSeenEnoughAndThenFollowsSlowly) {
  Usual usual{1};
  RateRow rates;
  for (int second = 0; second < 60; ++second) {
    rates[Count::packets] = second % 2 == 0 ? 100.0F : 300.0F;
    usual.add(0, rates, 1);
  }
  EXPECT_TRUE(usual.known(0));
  EXPECT_NEAR(static_cast<double>(usual.rates(0)[Count::packets]), 200, 5);
  for (int second = 0; second < 60; ++second) usual.add(0, rates, 1);
  for (int second = 0; second < 7'200; ++second) {
    rates[Count::packets] = 1'000;
    usual.add(0, rates, 1);
  }
  EXPECT_NEAR(static_cast<double>(usual.rates(0)[Count::packets]), 1'000, 1);
}

TEST(Usual, LeavesAttacksOut) {
  Bed bed{policy_of({object_at("a", "192.0.2.1", 1'000)})};
  bed.run(70, {300});
  bed.run(70, {50'000});
  const auto usual = static_cast<double>(bed.detector.usual().rates(0)[Count::udp]);
  EXPECT_NEAR(usual, 300, 15);
}

TEST(RateText, IsForPeople) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999.6), "1,000");
  EXPECT_EQ(count_text(12'345'678), "12,345,678");
  EXPECT_EQ(count_text(-3), "0");
  EXPECT_EQ(rate_text(Vector::syn, 12'345), "12,345 packets/s");
  EXPECT_EQ(rate_text(Vector::bits, 1.25e9), "1.25 Gbit/s");
  EXPECT_EQ(rate_text(Vector::bits, 250e6), "250 Mbit/s");
  EXPECT_EQ(rate_text(Vector::new_connections, 340), "340 connections/s");
  EXPECT_EQ(percent_text(0.973), "97 %");
  EXPECT_EQ(percent_text(0.004), "0.4 %");
}

}  // namespace
}  // namespace sekimori
