#include "control/watch/watch.hpp"

#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "control/watch/state.hpp"

namespace sekimori {

Watch::Watch(std::shared_ptr<const Policy> policy,
             std::span<const PerVector<std::uint64_t>> learned, WatchIds ids)
    : state_(std::make_unique<State>(std::move(policy), learned, ids)) {}
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&&) noexcept = default;
Watch::~Watch() = default;

WatchDecision Watch::step(const Observation& observation) {
  return state_->step(observation);
}

void Watch::replace_policy(std::shared_ptr<const Policy> policy,
                           std::span<const PerVector<std::uint64_t>> learned) {
  state_->replace_policy(std::move(policy), learned);
}

void Watch::replace_learned(std::span<const PerVector<std::uint64_t>> learned) {
  state_->replace_learned(learned);
}

tl::expected<void, std::string> Watch::approve(std::uint64_t action_id, const std::string& who) {
  OpenIncident* incident = nullptr;
  ActionRecord* action = state_->action(action_id, incident);
  if (action == nullptr) {
    return tl::unexpected("no open incident has an action " + std::to_string(action_id));
  }
  if (action->state != ActionState::waiting) {
    return tl::unexpected("action " + std::to_string(action_id) + " does not wait: it is " +
                          std::string{action_state_names[static_cast<std::size_t>(action->state)]});
  }
  state_->decide(*incident, *action, ActionState::in_force, "approved by " + who);
  return {};
}

tl::expected<void, std::string> Watch::reject(std::uint64_t action_id, const std::string& who) {
  OpenIncident* incident = nullptr;
  ActionRecord* action = state_->action(action_id, incident);
  if (action == nullptr) {
    return tl::unexpected("no open incident has an action " + std::to_string(action_id));
  }
  if (action->state != ActionState::waiting && action->state != ActionState::in_force) {
    return tl::unexpected("action " + std::to_string(action_id) +
                          " neither waits nor is in force: it is " +
                          std::string{action_state_names[static_cast<std::size_t>(action->state)]});
  }
  state_->decide(*incident, *action, ActionState::rejected, "rejected by " + who);
  return {};
}

nlohmann::json Watch::save() const {
  return state_->save();
}

tl::expected<void, std::string> Watch::restore(const nlohmann::json& saved) {
  try {
    std::unique_ptr<State> restored = state_->fresh();
    restored->restore(saved);
    state_ = std::move(restored);
    return {};
  } catch (const std::exception& error) {
    return tl::unexpected(std::string{"the saved state cannot be used: "} + error.what());
  }
}

const std::vector<Measure>& Watch::measures() const {
  return state_->measures();
}
std::vector<Incident> Watch::open_incidents() const {
  return state_->open_incidents();
}
SubjectView Watch::object(std::size_t index) const {
  return state_->view(index);
}
std::size_t Watch::object_count() const {
  return state_->object_count();
}
std::vector<SubjectView> Watch::aggregates() const {
  return state_->aggregates();
}
WatchTotals Watch::totals() const {
  return state_->totals();
}

}  // namespace sekimori
