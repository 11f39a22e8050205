#include "tests/unit/control/ladder/ladder_bed.hpp"

#include <algorithm>

namespace sekimori::test {

void LadderBed::step(double attack) {
  ms += 100;
  const LadderWish in_force = wish();
  const double of_forged = in_force.authenticate ? 0 : attack * forged;
  const double real = attack * (1 - forged);
  const double of_real = in_force.block.empty() ? real : real * (1 - in_sources);
  offered = usual + attack;
  passed = in_force.give_up ? 0 : usual + of_forged + of_real;
  if (offered <= threshold) {
    above_since_ms = 0;
  } else if (above_since_ms == 0) {
    above_since_ms = ms;
  }
  LadderInput input;
  input.monotonic_ms = ms;
  input.abnormal = above_since_ms != 0 && ms - above_since_ms >= detection.alert_after_ms;
  input.offered = offered;
  input.passed = passed;
  input.threshold = threshold;
  input.capacity = capacity;
  input.lowered_by_authentication = lowered_by_authentication(vector, true);
  input.can_authenticate = can_authenticate;
  if (attack > 0 && passed > 0) input.danger = danger_text;
  input.sources = [&] {
    std::vector<ProvedSource> sources;
    if (real * in_sources <= 0 || !in_force.block.empty()) return sources;
    for (const char* address : {"198.51.100.1", "198.51.100.2"}) {
      sources.push_back({.source = *Prefix::parse(address), .rate = real * in_sources / 2});
    }
    return sources;
  };
  input.target = [&] { return target; };
  ActionBook book{incident, holders, next_action, ms};
  ladder.step(input, policy, detection, book);
  const LadderState last = path.empty() ? LadderState::normal : path.back();
  if (ladder.state() != last) path.push_back(ladder.state());
}

void LadderBed::run(double seconds, double attack) {
  for (int i = 0; i < static_cast<int>(seconds * 10); ++i) step(attack);
}

std::string LadderBed::states() const {
  std::string text;
  for (const LadderState state : path) {
    if (!text.empty()) text += ' ';
    text += ladder_state_names[static_cast<std::size_t>(state)];
  }
  return text;
}

std::string LadderBed::actions() const {
  std::string text;
  for (const ActionRecord& action : incident.actions) {
    if (!text.empty()) text += ' ';
    text += step_names[static_cast<std::size_t>(action.step)];
    text += ':';
    text += action_state_names[static_cast<std::size_t>(action.state)];
  }
  return text;
}

}  // namespace sekimori::test
