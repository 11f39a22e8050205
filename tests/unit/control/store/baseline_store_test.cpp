#include "control/store/baseline_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "control/model/read_policy.hpp"
#include "tests/unit/control/store/store_fixture.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t monday = 473'352;

FinishedHour hour(std::uint64_t when, std::uint16_t code, const std::string& object = "web",
                  Vector vector = Vector::packets) {
  return {.object = object, .vector = vector, .hour = when, .summary = {code, code, code}};
}

class Baselines : public StoreTest {
 protected:
  BaselineStore& log() { return store().baselines(); }
  void add(const std::vector<FinishedHour>& hours) {
    const auto done = log().add(hours);
    ASSERT_TRUE(done.has_value()) << done.error();
  }
  std::vector<WeekProfile> packets(const std::string& object = "web") {
    return log().history(object).value()[Vector::packets];
  }
};

TEST_F(Baselines, KeepHoursByWeek) {
  add({hour(monday, 10), hour(monday + 1, 11), hour(monday + 168, 12),
       hour(monday, 20, "web", Vector::syn), hour(monday, 30, "mail")});
  reopen();
  const ObjectHistory history = log().history("web").value();
  ASSERT_EQ(history[Vector::packets].size(), 2U);
  EXPECT_EQ(history[Vector::packets][0].hours[0].median, 10);
  EXPECT_EQ(history[Vector::packets][0].hours[1].median, 11);
  EXPECT_FALSE(history[Vector::packets][0].hours[2].counts());
  EXPECT_EQ(history[Vector::packets][1].hours[0].median, 12);
  EXPECT_EQ(history[Vector::syn].at(0).hours[0].high, 20);
  EXPECT_TRUE(history[Vector::udp].empty());
  EXPECT_EQ(packets("mail").at(0).hours[0].most, 30);
  EXPECT_TRUE(packets("none").empty());
}

TEST_F(Baselines, ForgetOldWeeks) {
  for (std::uint64_t week = 0; week < 8; ++week) add({hour(monday + week * 168, 10)});
  EXPECT_EQ(packets().size(), weeks_kept + 1) << "the one that has begun, and those before";
  EXPECT_EQ(packets().front().week, place_of_hour(monday).week + 3);
}

TEST_F(Baselines, LeaveOutTheHoursOfAnIncident) {
  for (std::uint64_t h = 160; h < 176; ++h) add({hour(monday + h, 10)});
  ASSERT_TRUE(log().leave_out("web", monday + 166, monday + 169).has_value());
  EXPECT_TRUE(packets()[0].hours[165].counts());
  EXPECT_TRUE(packets()[0].hours[166].was_left_out());
  EXPECT_TRUE(packets()[1].hours[1].was_left_out());
  EXPECT_TRUE(packets()[1].hours[2].counts());
  add({hour(monday + 169, 10)});
  EXPECT_TRUE(packets()[1].hours[1].was_left_out()) << "also when the hour is finished later";
  ASSERT_TRUE(log().leave_out("web", 0, monday + 169).has_value()) << "bounded, however long";
}

TEST_F(Baselines, KeepWhatWasAccepted) {
  const std::vector<LearnedThreshold> first{{.object = "web",
                                             .vector = Vector::syn,
                                             .threshold = 500,
                                             .reason = "why",
                                             .accepted_by = "hanako",
                                             .accepted_ms = 7}};
  ASSERT_TRUE(log().accept(first).has_value());
  std::vector<LearnedThreshold> second = first;
  second[0].threshold = 600;
  second.push_back(second[0]);
  second[1].object = "mail";
  ASSERT_TRUE(log().accept(second).has_value());
  reopen();
  const auto learned = log().learned("web").value();
  ASSERT_EQ(learned.size(), 1U);
  EXPECT_EQ(learned[0].threshold, 600U);
  EXPECT_EQ(learned[0].reason, "why");
  EXPECT_EQ(learned[0].accepted_by, "hanako");
  EXPECT_EQ(learned[0].accepted_ms, 7U);
}

TEST_F(Baselines, GiveAWatchWhatWasAcceptedWithinTheCapacity) {
  std::vector<LearnedThreshold> accepted(3);
  accepted[0].object = "web";
  accepted[0].vector = Vector::syn;
  accepted[0].threshold = 500;
  accepted[1] = accepted[0];
  accepted[1].vector = Vector::bits;
  accepted[2] = accepted[0];
  accepted[2].object = "gone";
  ASSERT_TRUE(log().accept(accepted).has_value());
  const auto policy = read_policy(
      "[[object]]\nname = \"mail\"\nprefixes = [\"10.0.0.1\"]\n[[object]]\nname = \"web\"\n"
      "prefixes = [\"10.0.0.2\"]\ncapacity.packets = 400\n",
      "p");
  ASSERT_TRUE(policy.has_value());
  const auto learned = log().learned_for(*policy).value();
  ASSERT_EQ(learned.size(), 2U);
  EXPECT_EQ(learned[0], PerVector<std::uint64_t>{});
  EXPECT_EQ(learned[1][Vector::syn], 400U);
  EXPECT_EQ(learned[1][Vector::bits], 500U);
  EXPECT_EQ(learned[1][Vector::udp], 0U);
}

}  // namespace
}  // namespace sekimori
