// The ladders of the open incidents.

#include <algorithm>

#include "control/watch/state.hpp"

namespace sekimori {
namespace {

/// Of a group only the gentlest step is taken, for the members whose policies grant it; every other
/// step would touch destinations that are not above their own thresholds.
LadderPolicy policy_of_groups() {
  LadderPolicy policy;
  policy.authenticate = Permission::granted;
  policy.block_sources = Permission::never;
  policy.raise_threshold = Permission::never;
  policy.give_up = Permission::never;
  return policy;
}

}  // namespace

bool Watch::State::observed(std::size_t subject) const {
  if (subject < object_count()) return detector_->known(subject);
  return std::ranges::any_of(detector_->group(subject).members,
                             [&](std::uint32_t m) { return detector_->known(m); });
}

LadderInput Watch::State::object_input(std::size_t object, Vector vector) const {
  const ObjectPolicy& policy = policy_->objects[object];
  LadderInput input;
  input.monotonic_ms = ms_;
  input.offered = detector_->offered(object, vector);
  input.passed = loads_->passed(*detector_, object, vector);
  input.threshold = detector_->threshold(object, vector);
  input.capacity = capacity_of(policy.capacity, vector);
  input.lowered_by_authentication =
      lowered_by_authentication(vector, tcp_dominates(detector_->rates(object)));
  input.can_authenticate = loads_->can_authenticate(object);
  input.danger = loads_->danger(*detector_, object);
  input.sources = [this, object, vector] {
    return loads_->blockable(object, vector, detector_->threshold(object, vector));
  };
  input.target = [this, object] { return loads_->target(static_cast<std::uint32_t>(object)); };
  return input;
}

LadderInput Watch::State::group_input(std::size_t subject, Vector vector) const {
  LadderInput input;
  input.monotonic_ms = ms_;
  input.offered = detector_->offered(subject, vector);
  input.threshold = detector_->threshold(subject, vector);
  double tcp_members = 0;
  double members = 0;
  for (const std::uint32_t m : detector_->group(subject).members) {
    if (set_apart_[m] != 0) continue;
    input.passed += loads_->passed(*detector_, m, vector);
    ++members;
    if (tcp_dominates(detector_->rates(m))) ++tcp_members;
    input.can_authenticate |= loads_->can_authenticate(m);
  }
  input.passed = std::min(input.passed, input.offered);
  input.lowered_by_authentication = lowered_by_authentication(vector, 2 * tcp_members > members);
  input.sources = [] { return std::vector<ProvedSource>{}; };
  input.target = [] { return GiveUpTarget{}; };
  return input;
}

void Watch::State::follow_carriers(OpenIncident& incident, std::size_t subject) {
  struct Carrier {
    std::uint32_t object = 0;
    double excess = 0;
  };
  for (const Ladder& ladder : incident.ladders) {
    const Vector v = ladder.vector();
    std::vector<Carrier> carriers;
    double whole = 0;
    for (const std::uint32_t m : detector_->group(subject).members) {
      if (set_apart_[m] != 0) continue;
      const PerVector<double> usual_rates = offered_rates(detector_->usual().rates(m));
      const double usual =
          detector_->usual().known(m) ? usual_rates[v] : detector_->threshold(m, v) / 3;
      const double excess = detector_->offered(m, v) - usual;
      if (excess <= 0) continue;
      carriers.push_back({.object = m, .excess = excess});
      whole += excess;
    }
    std::ranges::stable_sort(carriers, std::ranges::greater{}, &Carrier::excess);
    // The rest is noise around the usual load of members that are not attacked.
    constexpr double nearly_all = 0.9;
    double covered = 0;
    for (const Carrier& carrier : carriers) {
      if (covered >= nearly_all * whole) break;
      covered += carrier.excess;
      incident.carriers.insert(carrier.object);
    }
  }
  for (const std::uint32_t m : incident.carriers) {
    const LadderPolicy& ladder = policy_->objects[m].ladder;
    const bool may = ladder.authenticate == Permission::granted && ladder.syn != SynMode::off;
    if (may && loads_->can_authenticate(m)) incident.authenticated.insert(m);
  }
}

void Watch::State::step_ladders_of(OpenIncident& incident, std::size_t subject) {
  const bool is_group = subject >= object_count();
  if (is_group && detector_->any_abnormal(subject)) follow_carriers(incident, subject);
  const LadderPolicy policy = is_group ? policy_of_groups() : policy_->objects[subject].ladder;
  ActionBook book{incident.record, incident.holders, ids_.next_action, now_ms_};
  bool all_normal = true;
  for (Ladder& ladder : incident.ladders) {
    const Vector v = ladder.vector();
    LadderInput input = is_group ? group_input(subject, v) : object_input(subject, v);
    input.abnormal = detector_->abnormal(subject, v);
    if (is_group && incident.authenticated.empty()) input.can_authenticate = false;
    const LadderState before = ladder.state();
    ladder.step(input, policy, policy_->detection, book);
    if (ladder.state() != before) incident.changed = true;
    incident.peaks[v] = std::max(incident.peaks[v], input.offered);
    all_normal &= ladder.state() == LadderState::normal;
  }
  if (book.changed()) incident.changed = true;
  if (all_normal) end(incident, "the load is back below all thresholds");
}

void Watch::State::step_ladders() {
  if (ms_ < hold_until_ms_) return;
  for (auto& [key, incident] : incidents_) {
    if (key.cause != Cause::load || incident.ended) continue;
    const std::size_t subject = number_of(key.subject);
    if (subject >= detector_->subject_count() || !observed(subject)) continue;
    step_ladders_of(incident, subject);
  }
}

}  // namespace sekimori
