// What others are shown.

#include <algorithm>

#include "control/watch/state.hpp"

namespace sekimori {

std::vector<Incident> Watch::State::open_incidents() const {
  std::vector<Incident> open;
  for (const auto& [key, incident] : incidents_) {
    if (!incident.ended) open.push_back(incident.record);
  }
  return open;
}

SubjectView Watch::State::view(std::size_t subject) const {
  SubjectView view;
  view.subject = subject_of(subject);
  const bool is_object = subject < object_count();
  view.tenant =
      is_object ? policy_->objects[subject].tenant.value : detector_->group(subject).tenant;
  for (const Vector v : all_vectors()) {
    VectorView& shown = view.vectors[v];
    shown.offered = detector_->offered(subject, v);
    shown.threshold = detector_->threshold(subject, v);
    shown.raised = shown.threshold;
    shown.learned = detector_->learned(subject, v);
    if (is_object) {
      shown.passed = loads_->passed(*detector_, subject, v);
      continue;
    }
    for (const std::uint32_t m : detector_->group(subject).members) {
      shown.passed += loads_->passed(*detector_, m, v);
    }
  }
  const auto found = incidents_.find({.cause = Cause::load, .subject = view.subject});
  if (found == incidents_.end()) return view;
  view.incident_id = found->second.record.id;
  for (const Ladder& ladder : found->second.ladders) {
    VectorView& shown = view.vectors[ladder.vector()];
    shown.state = ladder.state();
    shown.raised = ladder.effective_threshold(shown.threshold);
  }
  return view;
}

std::vector<SubjectView> Watch::State::aggregates() const {
  std::vector<SubjectView> views;
  for (std::size_t s = object_count(); s < detector_->subject_count(); ++s) {
    views.push_back(view(s));
  }
  return views;
}

WatchTotals Watch::State::totals() const {
  WatchTotals totals;
  totals.objects = object_count();
  for (const Group& group : detector_->groups()) {
    ++(group.subject.level == Level::prefix ? totals.prefixes : totals.tenants);
  }
  totals.measures = measures_.size();
  for (const auto& [key, incident] : incidents_) {
    if (incident.ended) continue;
    ++totals.open_incidents;
    if (key.cause != Cause::load || key.subject.level != Level::object) continue;
    // Recovery stands at the end of the list of states, but says less than any step.
    LadderState highest = LadderState::normal;
    for (const Ladder& ladder : incident.ladders) {
      const LadderState state = ladder.state();
      const bool higher = state != LadderState::recovery && state > highest;
      if (higher || highest == LadderState::normal) highest = state;
      if (highest == LadderState::recovery && state != LadderState::normal) highest = state;
    }
    ++totals.objects_in_state[static_cast<std::size_t>(highest)];
  }
  std::uint64_t others = totals.objects;
  for (const std::uint64_t count : totals.objects_in_state) others -= count;
  totals.objects_in_state[static_cast<std::size_t>(LadderState::normal)] += others;
  return totals;
}

}  // namespace sekimori
