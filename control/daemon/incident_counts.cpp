#include "control/daemon/incident_counts.hpp"

namespace sekimori {

void IncidentCounts::note(const Incident& incident) {
  const bool known = open_.contains(incident.id);
  Open& open = open_[incident.id];
  // An incident counts under the kind it has when it is first heard of; later it may be another.
  if (!known) ++opened_[static_cast<std::size_t>(incident.diagnosis.kind)];
  open.kind = incident.diagnosis.kind;
  for (const ActionRecord& action : incident.actions) {
    const std::pair state{action.step, action.state};
    const auto before = open.actions.find(action.id);
    if (before != open.actions.end() && before->second == state) continue;
    ++entered_[static_cast<std::size_t>(action.step)][static_cast<std::size_t>(action.state)];
    open.actions[action.id] = state;
  }
  if (incident.ended_ms) open_.erase(incident.id);
}

void IncidentCounts::fill(MetricsInput& input) const {
  std::array<std::uint64_t, incident_kind_texts.size()> open_now{};
  std::array<ByState, step_count> current{};
  for (const auto& [id, incident] : open_) {
    ++open_now[static_cast<std::size_t>(incident.kind)];
    for (const auto& [action, state] : incident.actions) {
      ++current[static_cast<std::size_t>(state.first)][static_cast<std::size_t>(state.second)];
    }
  }
  for (std::size_t kind = 0; kind < opened_.size(); ++kind) {
    input.incidents.push_back(
        {.kind = static_cast<IncidentKind>(kind), .opened = opened_[kind], .open = open_now[kind]});
  }
  for (std::size_t step = 0; step < step_count; ++step) {
    for (std::size_t state = 0; state < action_state_names.size(); ++state) {
      input.actions.push_back({.step = static_cast<Step>(step),
                               .state = static_cast<ActionState>(state),
                               .entered = entered_[step][state],
                               .current = current[step][state]});
    }
  }
}

}  // namespace sekimori
