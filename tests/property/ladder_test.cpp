// What holds for a ladder whatever the policy permits and the load does.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/unit/control/ladder/ladder_bed.hpp"

namespace sekimori::test {
namespace {

Permission any_permission() {
  return *rc::gen::element(Permission::never, Permission::monitor, Permission::ask,
                           Permission::granted, Permission::granted);
}

LadderBed any_bed() {
  LadderBed bed;
  bed.vector = *rc::gen::element(Vector::syn, Vector::udp, Vector::packets, Vector::fragments);
  bed.ladder = Ladder{"server", bed.vector};
  bed.policy.authenticate = any_permission();
  bed.policy.block_sources = any_permission();
  bed.policy.raise_threshold = any_permission();
  bed.policy.give_up = any_permission();
  // Short times, so that much happens in few steps.
  bed.detection.calm_after_s = *rc::gen::inRange(1U, 6U);
  bed.detection.step_after_ms = *rc::gen::element(500U, 1'000U, 3'000U);
  bed.detection.give_up_for_s = *rc::gen::inRange(5U, 20U);
  bed.detection.probe_s = *rc::gen::inRange(1U, 4U);
  bed.capacity = *rc::gen::element(0.0, 800.0, 2'000.0, 5'000.0);
  bed.forged = *rc::gen::element(0.0, 0.5, 0.9, 1.0);
  bed.in_sources = *rc::gen::element(0.0, 0.5, 1.0);
  bed.can_authenticate = *rc::gen::arbitrary<bool>();
  if (*rc::gen::inRange(0, 4) == 0) bed.danger_text = "the box is full";
  return bed;
}

double any_attack() {
  return *rc::gen::element(0.0, 0.0, 400.0, 800.0, 1'500.0, 4'000.0, 9'000.0);
}

/// Lets operators answer what waits.
void answer_sometimes(LadderBed& bed) {
  for (ActionRecord& action : bed.incident.actions) {
    if (action.state != ActionState::waiting) continue;
    const int answer = *rc::gen::inRange(0, 6);
    if (answer == 0) action.state = ActionState::in_force;
    if (answer == 1) action.state = ActionState::rejected;
  }
}

bool in_force(const LadderBed& bed) {
  const LadderWish wish = bed.wish();
  return wish.authenticate || !wish.block.empty() || wish.raised > 0 || wish.give_up;
}

RC_GTEST_PROP(LadderProperty, NothingIsEverRaisedAboveTheCapacity, ()) {
  LadderBed bed = any_bed();
  for (int phase = 0; phase < 12; ++phase) {
    const double attack = any_attack();
    for (int i = 0; i < 40; ++i) {
      bed.step(attack);
      RC_ASSERT(bed.wish().raised <= bed.capacity);
    }
    answer_sometimes(bed);
  }
}

RC_GTEST_PROP(LadderProperty, AllEndsWhenTheLoadDoes, ()) {
  LadderBed bed = any_bed();
  for (int phase = 0; phase < 12; ++phase) {
    bed.run(4, any_attack());
    answer_sometimes(bed);
  }
  // The longest time for which a source or a destination may be away is eight times the shortest.
  bed.run(8 * 60 + 8 * 20 + 60, 0);
  RC_ASSERT(bed.ladder.state() == LadderState::normal);
  RC_ASSERT(!in_force(bed));
  for (const ActionRecord& action : bed.incident.actions) {
    RC_ASSERT(action.state != ActionState::in_force);
    RC_ASSERT(action.state != ActionState::waiting);
  }
}

RC_GTEST_PROP(LadderProperty, NoStepEndsOrComesBackFasterThanTheHysteresis, ()) {
  LadderBed bed = any_bed();
  const std::uint64_t calm_ms = std::uint64_t{bed.detection.calm_after_s} * 1'000;
  const std::uint64_t box_ms = std::uint64_t{bed.detection.give_up_for_s} * 1'000;
  std::map<std::uint64_t, std::uint64_t> began_ms;
  for (int phase = 0; phase < 40; ++phase) {
    const double attack = any_attack();
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
      bed.step(attack);
      for (const ActionRecord& action : bed.incident.actions) {
        if (action.state == ActionState::in_force) began_ms.try_emplace(action.id, bed.ms);
        if (action.state != ActionState::ended || !began_ms.contains(action.id)) continue;
        const std::uint64_t held_ms = *action.ended_ms - began_ms[action.id];
        RC_ASSERT(held_ms >= (action.step == Step::give_up ? box_ms : calm_ms));
      }
    }
  }
}

RC_GTEST_PROP(LadderProperty, TheSameLoadGivesTheSameActionsAlsoAcrossARestart, ()) {
  LadderBed bed = any_bed();
  LadderBed restarted = bed;
  const int restart_at = *rc::gen::inRange(0, 300);
  int step = 0;
  for (int phase = 0; phase < 10; ++phase) {
    const double attack = any_attack();
    for (int i = 0; i < 30; ++i, ++step) {
      if (step == restart_at) {
        const nlohmann::json saved = restarted.ladder.save();
        restarted.ladder = Ladder{"server", bed.vector};
        restarted.ladder.restore(nlohmann::json::parse(saved.dump()));
      }
      bed.step(attack);
      restarted.step(attack);
      RC_ASSERT(bed.ladder.state() == restarted.ladder.state());
      RC_ASSERT(bed.wish().raised == restarted.wish().raised);
    }
  }
  RC_ASSERT(bed.actions() == restarted.actions());
  RC_ASSERT(bed.states() == restarted.states());
}

}  // namespace
}  // namespace sekimori::test
