#include "control/ladder/action_book.hpp"

#include <algorithm>
#include <utility>

namespace sekimori {
namespace {

bool is_open(const ActionRecord& action) {
  return action.state == ActionState::in_force || action.state == ActionState::waiting ||
         (action.state == ActionState::would_have && !action.ended_ms);
}

std::string outcome(ActionState state) {
  switch (state) {
    case ActionState::would_have:
      return "would have taken step ";
    case ActionState::waiting:
      return "waits for approval of step ";
    case ActionState::impossible:
      return "cannot take step ";
    default:
      return "took step ";
  }
}

}  // namespace

const ActionRecord& ActionBook::enter(ActionRecord action) {
  for (const ActionRecord& other : incident_.actions) {
    const bool same =
        other.step == action.step && other.object == action.object && other.what == action.what;
    if (!same || !is_open(other)) continue;
    ++holders_[other.id];
    return other;
  }
  changed_ = true;
  action.id = next_id_++;
  action.began_ms = now_ms_;
  tell(outcome(action.state) + std::string{step_names[static_cast<std::size_t>(action.step)]} +
       " for " + std::string{name_of(action.vector)} + ": " + action.what);
  if (incident_.actions.size() >= max_actions) {
    // The first actions tell how it began, the last ones what holds; what is between goes.
    const auto ended =
        std::ranges::find_if(incident_.actions.begin() + max_actions / 2, incident_.actions.end(),
                             [](const ActionRecord& a) { return !is_open(a); });
    if (ended != incident_.actions.end()) incident_.actions.erase(ended);
  }
  ++holders_[action.id];
  incident_.actions.push_back(std::move(action));
  return incident_.actions.back();
}

ActionRecord* ActionBook::find(std::uint64_t id) {
  const auto found = std::ranges::find(incident_.actions, id, &ActionRecord::id);
  return found == incident_.actions.end() ? nullptr : &*found;
}

void ActionBook::release(std::uint64_t id, const std::string& why) {
  const auto held = holders_.find(id);
  if (held != holders_.end() && --held->second > 0) return;
  holders_.erase(id);
  ActionRecord* action = find(id);
  if (action == nullptr || action->ended_ms) return;
  changed_ = true;
  action->ended_ms = now_ms_;
  if (action->state == ActionState::in_force || action->state == ActionState::waiting) {
    action->state = ActionState::ended;
  }
  tell("step " + std::string{step_names[static_cast<std::size_t>(action->step)]} + " for " +
       std::string{name_of(action->vector)} + " ended: " + why);
}

void ActionBook::tell(std::string text) {
  changed_ = true;
  if (incident_.timeline.size() >= max_timeline) {
    incident_.timeline.erase(incident_.timeline.begin() + max_timeline / 2);
  }
  incident_.timeline.push_back({.at_ms = now_ms_, .text = std::move(text)});
}

void ActionBook::mitigated() {
  if (incident_.mitigated_ms) return;
  incident_.mitigated_ms = now_ms_;
  changed_ = true;
}

}  // namespace sekimori
