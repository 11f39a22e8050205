#include "dataplane/state/cookie_key_schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace sekimori {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t slot = 26'000'000;
constexpr std::uint64_t start_s = slot * cookie_slot_s;

SipKey key_number(std::uint64_t number) {
  return {.k0 = number, .k1 = ~number};
}

class Schedule : public testing::Test {
 protected:
  Schedule() { schedule_.refresh(start_s); }

  MasterSecret own_ = MasterSecret::from_seed(7);
  CookieKeys registers_;
  CookieKeySchedule schedule_{own_, registers_};

  tl::expected<std::uint64_t, std::string> accept(std::vector<SlotKey> keys,
                                                  std::uint64_t unix_s = start_s) {
    return schedule_.accept(keys, unix_s);
  }
};

TEST_F(Schedule, MakesKeysOfItsOwnWithoutControl) {
  for (const std::uint64_t s : {slot - 1, slot, slot + 1}) {
    EXPECT_EQ(registers_.get(s), own_.cookie_key(s));
  }
  EXPECT_EQ(schedule_.own_keys(), 3U);
  EXPECT_FALSE(schedule_.refresh(start_s + cookie_slot_s));
  EXPECT_EQ(registers_.get(slot + 2), own_.cookie_key(slot + 2));
  EXPECT_EQ(schedule_.own_keys(), 4U);
  EXPECT_EQ(schedule_.last_slot(), 0U);
}

TEST_F(Schedule, WritesAKeyInTheSlotBefore) {
  EXPECT_EQ(
      accept({{slot + 1, key_number(1)}, {slot + 2, key_number(2)}, {slot + 3, key_number(3)}}),
      slot + 3);
  EXPECT_EQ(registers_.get(slot), own_.cookie_key(slot));
  EXPECT_EQ(registers_.get(slot + 1), key_number(1));
  EXPECT_EQ(registers_.get(slot + 3), own_.cookie_key(slot - 1)) << "register of a slot in use";
  schedule_.refresh(start_s + cookie_slot_s - 1);
  EXPECT_EQ(registers_.get(slot - 1), own_.cookie_key(slot - 1));
  schedule_.refresh(start_s + cookie_slot_s);
  EXPECT_EQ(registers_.get(slot + 2), key_number(2));
  EXPECT_EQ(registers_.get(slot), own_.cookie_key(slot));
  schedule_.refresh(start_s + 2 * cookie_slot_s);
  EXPECT_EQ(registers_.get(slot + 3), key_number(3));
  EXPECT_EQ(registers_.get(slot + 1), key_number(1));
}

TEST_F(Schedule, NeverChangesTheKeyOfASlotInUse) {
  const auto refused = accept({{slot + 2, key_number(2)}, {slot, key_number(1)}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(),
            "keys[1].slot: 26000000 is in use with another key; send keys of "
            "slots from 26000001 on");
  EXPECT_EQ(registers_.get(slot), own_.cookie_key(slot));
  EXPECT_EQ(schedule_.last_slot(), 0U) << "all or none";
  EXPECT_FALSE(accept({{slot - 1, key_number(1)}}).has_value());
  // The same key is no change.
  EXPECT_TRUE(accept({{slot, own_.cookie_key(slot)}, {slot + 2, key_number(2)}}).has_value());
}

TEST_F(Schedule, TakesASlotThatBeginsInAMomentForOneInUse) {
  const std::uint64_t last_second = start_s + cookie_slot_s - 1;
  EXPECT_FALSE(accept({{slot + 1, key_number(1)}}, last_second).has_value());
  EXPECT_TRUE(accept({{slot + 1, key_number(1)}}, last_second - 1).has_value());
  EXPECT_EQ(registers_.get(slot + 1), key_number(1));
}

TEST_F(Schedule, MayBeToldOtherKeysForSlotsToCome) {
  ASSERT_TRUE(accept({{slot + 1, key_number(1)}, {slot + 2, key_number(2)}}).has_value());
  ASSERT_TRUE(accept({{slot + 1, key_number(11)}, {slot + 2, key_number(12)}}).has_value());
  EXPECT_EQ(registers_.get(slot + 1), key_number(11));
  schedule_.refresh(start_s + cookie_slot_s);
  EXPECT_EQ(registers_.get(slot + 2), key_number(12));
}

TEST_F(Schedule, PassesOldKeysByAndRefusesFarOnes) {
  EXPECT_EQ(accept({{slot - 2, key_number(1)}, {3, key_number(2)}}), 0U);
  EXPECT_THAT(accept({{slot + CookieKeySchedule::slots_ahead + 1, key_number(1)}}).error(),
              HasSubstr("more than 2048 slots after 26000000"));
  EXPECT_TRUE(accept({{slot + CookieKeySchedule::slots_ahead, key_number(1)}}).has_value());
}

TEST_F(Schedule, SaysOnceThatKeysHaveRunOut) {
  ASSERT_TRUE(accept({{slot + 1, key_number(1)}}).has_value());
  EXPECT_FALSE(schedule_.refresh(start_s + 1));
  const auto said = schedule_.refresh(start_s + cookie_slot_s);
  ASSERT_TRUE(said.has_value());
  EXPECT_EQ(*said,
            "control has sent no cookie key for slot 26000002; until it does, keys are made "
            "from our own secret");
  EXPECT_FALSE(schedule_.refresh(start_s + cookie_slot_s + 1));
  EXPECT_FALSE(schedule_.refresh(start_s + 2 * cookie_slot_s));
  EXPECT_EQ(registers_.get(slot + 3), own_.cookie_key(slot + 3));
  ASSERT_TRUE(accept({{slot + 4, key_number(4)}}, start_s + 2 * cookie_slot_s).has_value());
  EXPECT_FALSE(schedule_.refresh(start_s + 3 * cookie_slot_s));
  EXPECT_TRUE(schedule_.refresh(start_s + 4 * cookie_slot_s));
}

TEST_F(Schedule, GoesWithAClockThatIsSet) {
  ASSERT_TRUE(accept({{slot + 100, key_number(1)}, {slot + 101, key_number(2)}}).has_value());
  schedule_.refresh(start_s + 100 * cookie_slot_s);
  EXPECT_EQ(registers_.get(slot + 99), own_.cookie_key(slot + 99));
  EXPECT_EQ(registers_.get(slot + 100), key_number(1));
  EXPECT_EQ(registers_.get(slot + 101), key_number(2));
}

}  // namespace
}  // namespace sekimori
