// The ladder as tables: what the policy permits, what the load does, and which states and actions
// follow.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "tests/unit/control/ladder/ladder_bed.hpp"

namespace sekimori::test {
namespace {

using testing::HasSubstr;

LadderPolicy all(Permission permission) {
  return {.authenticate = permission,
          .block_sources = permission,
          .raise_threshold = permission,
          .give_up = permission};
}

/// Under a UDP flood, which no handshake holds back.
LadderBed udp_bed() {
  LadderBed bed;
  bed.vector = Vector::udp;
  bed.ladder = Ladder{"server", bed.vector};
  bed.capacity = 5'000;
  bed.forged = 0;
  return bed;
}

struct Phase {
  double seconds = 0;
  double attack = 0;
};

struct Case {
  const char* name;
  std::function<void(LadderBed&)> arrange;
  std::vector<Phase> load;
  const char* states;
  const char* actions;
};

const std::vector<Phase> half_a_minute_of_flood{{5, 0}, {30, 9'000}, {90, 0}};

const Case cases[] = {
    {"forged sources are held back by authentication", [](LadderBed&) {}, half_a_minute_of_flood,
     "authenticate recovery normal", "authenticate:ended"},
    {"real sources that stand out are blocked where the policy itself authenticates",
     [](LadderBed& bed) {
       bed.can_authenticate = false;
       bed.forged = 0;
       bed.in_sources = 1;
     },
     {{5, 0}, {30, 9'000}, {200, 0}},
     "block-sources recovery normal",
     "block-sources:ended"},
    {"a mixed flood takes both steps, which end in reverse order",
     [](LadderBed& bed) {
       bed.forged = 0.5;
       bed.in_sources = 1;
     },
     {{5, 0}, {30, 9'000}, {300, 0}},
     "authenticate block-sources authenticate recovery normal",
     "authenticate:ended block-sources:ended"},
    {"a rush of users within the capacity raises the threshold",
     [](LadderBed& bed) {
       bed.vector = Vector::udp;
       bed.forged = 0;
       bed.capacity = 5'000;
     },
     {{5, 0}, {30, 3'000}, {90, 0}},
     "raise-threshold recovery normal",
     "raise-threshold:ended"},
    {"without a declared capacity nothing is raised, and the record says why",
     [](LadderBed& bed) {
       bed.vector = Vector::udp;
       bed.forged = 0;
     },
     half_a_minute_of_flood, "alert normal", "raise-threshold:impossible"},
    {"beyond the capacity the destination is given up, if the policy grants it",
     [](LadderBed& bed) {
       bed.vector = Vector::udp;
       bed.forged = 0;
       bed.capacity = 5'000;
     },
     {{5, 0}, {30, 9'000}, {400, 0}},
     "give-up recovery normal",
     "raise-threshold:impossible give-up:ended"},
    {"giving up waits for approval unless it was granted",
     [](LadderBed& bed) {
       bed.vector = Vector::udp;
       bed.forged = 0;
       bed.capacity = 5'000;
       bed.policy.give_up = Permission::ask;
     },
     {{5, 0}, {30, 9'000}},
     "alert",
     "raise-threshold:impossible give-up:waiting"},
    {"a waiting step is withdrawn when the load has gone",
     [](LadderBed& bed) { bed.policy = all(Permission::ask); }, half_a_minute_of_flood,
     "alert recovery normal", "authenticate:ended raise-threshold:impossible"},
    {"a load that endangers others is given up although the capacity is not known",
     [](LadderBed& bed) {
       bed.vector = Vector::udp;
       bed.forged = 0;
       bed.danger_text = "the box loses packets";
     },
     {{5, 0}, {30, 9'000}, {400, 0}},
     "give-up recovery normal",
     "raise-threshold:impossible give-up:ended"},
    {"what is only monitored is recorded, and the rest judged as if it had no effect",
     [](LadderBed& bed) {
       bed.policy = all(Permission::monitor);
       bed.forged = 0.5;
       bed.in_sources = 1;
       bed.capacity = 5'000;
     },
     {{5, 0}, {30, 9'000}, {300, 0}},
     "alert recovery normal",
     "authenticate:would-have block-sources:would-have raise-threshold:impossible "
     "give-up:would-have"},
    {"what is never done is not recorded either",
     [](LadderBed& bed) { bed.policy = all(Permission::never); }, half_a_minute_of_flood,
     "alert normal", ""},
    {"an address that cannot be told is not given up",
     [](LadderBed& bed) {
       bed.vector = Vector::udp;
       bed.forged = 0;
       bed.capacity = 5'000;
       bed.target = {.address = std::nullopt, .fault = "no single address"};
     },
     half_a_minute_of_flood, "alert normal", "raise-threshold:impossible give-up:impossible"},
    {"a peak shorter than alert_after is nothing",
     [](LadderBed&) {},
     {{5, 0}, {0.3, 9'000}, {5, 0}},
     "",
     ""},
    {"what comes back during recovery takes the steps again",
     [](LadderBed&) {},
     {{5, 0}, {10, 9'000}, {45, 0}, {10, 9'000}, {90, 0}},
     "authenticate recovery authenticate recovery normal",
     "authenticate:ended authenticate:ended"},
    {"a pause shorter than calm_after ends nothing",
     [](LadderBed&) {},
     {{5, 0}, {10, 9'000}, {25, 0}, {10, 9'000}, {25, 0}, {10, 9'000}},
     "authenticate",
     "authenticate:in-force"},
};

TEST(Ladder, FollowsItsTable) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LadderBed bed;
    c.arrange(bed);
    bed.ladder = Ladder{"server", bed.vector};
    for (const Phase& phase : c.load) bed.run(phase.seconds, phase.attack);
    EXPECT_EQ(bed.states(), c.states);
    EXPECT_EQ(bed.actions(), c.actions);
  }
}

TEST(Ladder, TakesTheFirstStepAtOnceAndTheNextAfterItsTime) {
  LadderBed bed;
  bed.forged = 0.5;
  bed.in_sources = 1;
  bed.run(1, 0);
  const std::uint64_t flood_ms = bed.ms;
  while (!bed.wish().authenticate) bed.step(9'000);
  EXPECT_LE(bed.ms - flood_ms, bed.detection.alert_after_ms + 100);
  const std::uint64_t first_ms = bed.ms;
  while (bed.wish().block.empty()) bed.step(9'000);
  EXPECT_EQ(bed.ms - first_ms, bed.detection.step_after_ms);
}

TEST(Ladder, RaisesUpToTheCapacityAndNoFurther) {
  LadderBed bed = udp_bed();
  bed.run(5, 2'000);
  EXPECT_DOUBLE_EQ(bed.wish().raised, 1.25 * 2'300);
  EXPECT_DOUBLE_EQ(bed.ladder.effective_threshold(1'000), 1.25 * 2'300);
  bed.run(5, 4'500);
  EXPECT_DOUBLE_EQ(bed.wish().raised, 5'000);
  bed.run(5, 9'000);
  EXPECT_DOUBLE_EQ(bed.wish().raised, 5'000);
  EXPECT_TRUE(bed.wish().give_up.has_value());
}

TEST(Ladder, ProbesADestinationThatIsGivenUpAndDoublesItsTimeUpToEightfold) {
  LadderBed bed = udp_bed();
  bed.detection.give_up_for_s = 10;
  std::vector<double> away_s;
  std::uint64_t since_ms = 0;
  for (int i = 0; i < 4'000; ++i) {
    const bool before = bed.wish().give_up.has_value();
    bed.step(9'000);
    const bool now = bed.wish().give_up.has_value();
    if (!before && now) since_ms = bed.ms;
    if (before && !now) away_s.push_back(static_cast<double>(bed.ms - since_ms) / 1'000);
  }
  ASSERT_GE(away_s.size(), 5U);
  EXPECT_EQ((std::vector<double>{away_s.begin(), away_s.begin() + 5}),
            (std::vector<double>{10, 20, 40, 80, 80}));
}

TEST(Ladder, EveryActionSaysWhyAndWhatCameOfIt) {
  LadderBed bed;
  bed.run(10, 9'000);
  ASSERT_EQ(bed.incident.actions.size(), 1U);
  const ActionRecord& action = bed.incident.actions.front();
  EXPECT_EQ(action.object, "server");
  EXPECT_THAT(action.what, HasSubstr("SYN mode proxy"));
  EXPECT_THAT(action.evidence, HasSubstr("9,300 packets/s arrive"));
  EXPECT_THAT(action.evidence, HasSubstr("threshold 1,000 packets/s"));
  EXPECT_FALSE(action.reason.empty());
  EXPECT_FALSE(action.expected.empty());
  EXPECT_EQ(action.real, "what passes to the server went from 9,300 packets/s to 300 packets/s");
  EXPECT_TRUE(bed.incident.mitigated_ms.has_value());
}

TEST(Ladder, AnApprovedActionComesIntoForceAndARejectedOneNeverAgain) {
  LadderBed bed = udp_bed();
  bed.policy.give_up = Permission::ask;
  bed.run(5, 9'000);
  ASSERT_EQ(bed.incident.actions.back().state, ActionState::waiting);
  EXPECT_FALSE(bed.wish().give_up.has_value());
  bed.incident.actions.back().state = ActionState::in_force;
  bed.step(9'000);
  EXPECT_TRUE(bed.wish().give_up.has_value());
  bed.incident.actions.back().state = ActionState::rejected;
  bed.run(60, 9'000);
  EXPECT_FALSE(bed.wish().give_up.has_value());
  EXPECT_EQ(bed.actions(), "raise-threshold:impossible give-up:rejected");
}

TEST(Ladder, SharesAnActionThatHasTheSameEffect) {
  LadderBed bed;
  Ladder other{"server", Vector::packets};
  const auto both = [&](double attack) {
    bed.step(attack);
    LadderInput input{.monotonic_ms = bed.ms,
                      .abnormal = attack > 0,
                      .offered = bed.offered,
                      .passed = bed.passed,
                      .threshold = 900,
                      .capacity = 0,
                      .lowered_by_authentication = true,
                      .can_authenticate = true,
                      .danger = {},
                      .sources = [] { return std::vector<ProvedSource>{}; },
                      .target = [] { return GiveUpTarget{}; }};
    ActionBook book{bed.incident, bed.holders, bed.next_action, bed.ms};
    other.step(input, bed.policy, bed.detection, book);
  };
  for (int i = 0; i < 20; ++i) both(9'000);
  EXPECT_EQ(bed.actions(), "authenticate:in-force");
  // The first that is calm lets go; the action ends with the last.
  bed.run(60, 0);
  EXPECT_EQ(bed.actions(), "authenticate:in-force");
  for (int i = 0; i < 400; ++i) both(0);
  EXPECT_EQ(bed.actions(), "authenticate:ended");
}

TEST(Ladder, GoesOnFromWhatWasSaved) {
  LadderBed bed;
  bed.forged = 0.5;
  bed.in_sources = 1;
  bed.run(12, 9'000);
  Ladder restored{"server", Vector::syn};
  restored.restore(bed.ladder.save());
  EXPECT_EQ(restored.save(), bed.ladder.save());
  EXPECT_EQ(restored.state(), LadderState::block_sources);
  EXPECT_EQ(restored.wish(bed.ms).block, bed.wish().block);
}

TEST(BlockedSources, AreTriedAgainAndBlockedForLongerIfTheyGoOn) {
  BlockedSources blocked;
  const std::vector<ProvedSource> bad{{.source = *Prefix::parse("198.51.100.1"), .rate = 50}};
  EXPECT_EQ(blocked.add(bad, 1'000), 1U);
  EXPECT_EQ(blocked.add(bad, 2'000), 0U);
  EXPECT_DOUBLE_EQ(blocked.blocked_rate(2'000), 50);
  EXPECT_TRUE(blocked.blocked(61'000).empty());
  EXPECT_EQ(blocked.add(bad, 62'000), 1U);
  EXPECT_EQ(blocked.blocked_count(62'000 + 119'000), 1U);
  EXPECT_EQ(blocked.blocked_count(62'000 + 121'000), 0U);
}

TEST(BlockedSources, HaveABound) {
  BlockedSources blocked;
  std::vector<ProvedSource> many;
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    const Address address = Address::from_ipv4(be32{0x0a000000U + i});
    many.push_back({.source = {.address = address, .length = 128}, .rate = 1});
  }
  EXPECT_EQ(blocked.add(many, 1'000), BlockedSources::max_sources);
  EXPECT_EQ(blocked.blocked(1'000).size(), BlockedSources::max_sources);
}

TEST(Rungs, CapacitiesBoundTheVectorsOfTheirUnit) {
  const CapacityPolicy capacity{
      .packets_per_s = 5'000, .bits_per_s = 8'000'000, .new_connections_per_s = 400};
  EXPECT_DOUBLE_EQ(capacity_of(capacity, Vector::packets), 5'000);
  EXPECT_DOUBLE_EQ(capacity_of(capacity, Vector::udp), 5'000);
  EXPECT_DOUBLE_EQ(capacity_of(capacity, Vector::bits), 8'000'000);
  EXPECT_DOUBLE_EQ(capacity_of(capacity, Vector::new_connections), 400);
  EXPECT_DOUBLE_EQ(capacity_of(capacity, Vector::syn), 400);
  EXPECT_DOUBLE_EQ(capacity_of({.packets_per_s = 5'000}, Vector::syn), 5'000);
  EXPECT_DOUBLE_EQ(capacity_of({}, Vector::syn), 0);
}

}  // namespace
}  // namespace sekimori::test
