#include "control/watch/state.hpp"

#include <algorithm>
#include <utility>

#include "control/diagnose/kinds.hpp"

namespace sekimori {

Watch::State::State(std::shared_ptr<const Policy> policy,
                    std::span<const PerVector<std::uint64_t>> learned, WatchIds ids)
    : policy_(std::move(policy)),
      learned_(learned.begin(), learned.end()),
      detector_(std::make_unique<Detector>(*policy_, learned)),
      loads_(std::make_unique<Loads>(*policy_)),
      ids_(ids),
      set_apart_(object_count()),
      silent_since_ms_(object_count()),
      policy_changed_ms_(object_count()) {
  number_subjects();
}

std::unique_ptr<Watch::State> Watch::State::fresh() const {
  return std::make_unique<State>(policy_, learned_, ids_);
}

ActionRecord* Watch::State::action(std::uint64_t id, OpenIncident*& incident) {
  for (auto& [key, open] : incidents_) {
    const auto found = std::ranges::find(open.record.actions, id, &ActionRecord::id);
    if (open.ended || found == open.record.actions.end()) continue;
    incident = &open;
    return &*found;
  }
  return nullptr;
}

void Watch::State::decide(OpenIncident& incident, ActionRecord& action, ActionState state,
                          const std::string& text) {
  action.state = state;
  if (state == ActionState::rejected) action.ended_ms = now_ms_;
  const std::string number = std::to_string(action.id);
  incident.record.timeline.push_back({.at_ms = now_ms_, .text = "action " + number + " " + text});
  incident.changed = true;
}

void Watch::State::number_subjects() {
  numbers_.clear();
  for (std::uint32_t i = 0; i < object_count(); ++i) {
    numbers_[{.level = Level::object, .name = policy_->objects[i].name.value}] = i;
  }
  auto number = static_cast<std::uint32_t>(object_count());
  for (const Group& group : detector_->groups()) numbers_[group.subject] = number++;
}

std::size_t Watch::State::number_of(const Subject& subject) const {
  const auto found = numbers_.find(subject);
  return found == numbers_.end() ? detector_->subject_count() : found->second;
}

ObjectState Watch::State::object_state(std::size_t object) const {
  return {.object = policy_->objects[object].name.value,
          .tenant = policy_->objects[object].tenant.value};
}

Subject Watch::State::subject_of(std::size_t number) const {
  if (number >= object_count()) return detector_->group(number).subject;
  return {.level = Level::object, .name = policy_->objects[number].name.value};
}

std::vector<std::uint32_t> Watch::State::objects_of(const IncidentKey& key) const {
  const std::size_t number = number_of(key.subject);
  if (number < object_count()) return {static_cast<std::uint32_t>(number)};
  if (number < detector_->subject_count()) return detector_->group(number).members;
  return {};
}

void Watch::State::advance_clock(std::uint64_t monotonic_ms) {
  constexpr std::uint64_t usual_step_ms = 100;
  const bool back = monotonic_ms < last_monotonic_ms_;
  const bool gap = !back && monotonic_ms - last_monotonic_ms_ > RateWindow::max_gap_ms;
  if (clock_begun_ && !back && !gap) {
    ms_ += monotonic_ms - last_monotonic_ms_;
  } else {
    // Another boot, or nobody has watched: nothing is known of the time between, so timers stand
    // still and rates begin anew.
    ms_ += usual_step_ms;
    detector_->begin_anew();
    loads_->begin_anew();
    if (clock_begun_) hold_ladders();
  }
  clock_begun_ = true;
  last_monotonic_ms_ = monotonic_ms;
}

WatchDecision Watch::State::step(const Observation& observation) {
  now_ms_ = observation.now_ms;
  advance_clock(observation.monotonic_ms);
  WatchDecision decision;
  if (!observation.dataplane_alive) {
    resend_ = true;
  } else {
    watch_link(Cause::outside_link, observation.outside_link_up, outside_down_since_ms_);
    watch_link(Cause::inside_link, observation.inside_link_up, inside_down_since_ms_);
    links_up_ = observation.outside_link_up && observation.inside_link_up;
    end_gone();
    if (observation.objects.size() == object_count()) judge(observation);
    diagnose_due();
    settle_measures(decision);
  }
  hand_out(decision);
  return decision;
}

void Watch::State::judge(const Observation& observation) {
  mark_set_apart();
  loads_->observe(observation.samples, observation.sources, observation.lost_packets, ms_);
  detector_->observe(ms_, observation.objects, set_apart_);
  open_abnormal();
  step_ladders();
  watch_servers();
}

void Watch::State::mark_set_apart() {
  std::ranges::fill(set_apart_, std::uint8_t{0});
  for (const auto& [key, incident] : incidents_) {
    if (key.subject.level != Level::object || incident.ended) continue;
    const std::size_t object = number_of(key.subject);
    if (object < object_count()) set_apart_[object] = 1;
  }
}

OpenIncident& Watch::State::open(const IncidentKey& key, std::uint64_t began_ms, std::string text) {
  OpenIncident& incident = incidents_[key];
  incident.opened_ms = ms_;
  Incident& record = incident.record;
  record.id = ids_.next_incident++;
  record.subject = key.subject;
  const std::size_t number = number_of(key.subject);
  if (number < object_count()) {
    record.tenant = policy_->objects[number].tenant.value;
  } else if (number < detector_->subject_count()) {
    record.tenant = detector_->group(number).tenant;
  }
  record.first_abnormal_ms = now_ms_ - std::min(now_ms_, ms_ - began_ms);
  record.recorded_ms = now_ms_;
  record.timeline.push_back({.at_ms = record.first_abnormal_ms, .text = std::move(text)});
  return incident;
}

void Watch::State::end(OpenIncident& incident, std::string text) {
  incident.record.timeline.push_back({.at_ms = now_ms_, .text = std::move(text)});
  incident.record.ended_ms = now_ms_;
  incident.ended = true;
  incident.changed = true;
}

void Watch::State::open_abnormal() {
  for (const Abnormal& abnormal : detector_->abnormal()) {
    const std::size_t subject = abnormal.subject;
    const IncidentKey key{.cause = Cause::load, .subject = subject_of(subject)};
    const Vector v = abnormal.vector;
    const std::string what = std::string{name_of(v)} + " rose above its threshold of " +
                             rate_text(v, detector_->threshold(subject, v));
    auto found = incidents_.find(key);
    if (found == incidents_.end()) {
      // The rate is that of the second before it was seen to be too high.
      open(key, abnormal.since_ms - std::min(abnormal.since_ms, RateWindow::length_ms), what);
      found = incidents_.find(key);
    }
    OpenIncident& incident = found->second;
    const auto ladder = std::ranges::find(incident.ladders, v, &Ladder::vector);
    if (ladder != incident.ladders.end()) continue;
    incident.ladders.emplace_back(key.subject.name, v);
    incident.thresholds[v] = detector_->threshold(subject, v);
    incident.changed = true;
    if (incident.opened_ms != ms_) incident.record.timeline.push_back({now_ms_, what});
  }
}

void Watch::State::end_gone() {
  for (auto& [key, incident] : incidents_) {
    if (key.subject.level == Level::box || incident.ended) continue;
    if (number_of(key.subject) < detector_->subject_count()) continue;
    ActionBook book{incident.record, incident.holders, ids_.next_action, now_ms_};
    for (Ladder& ladder : incident.ladders) {
      ladder.abandon(book, "the policy has no such object any more");
    }
    end(incident, "the policy does not name " + key.subject.name + " any more");
  }
}

void Watch::State::hand_out(WatchDecision& decision) {
  for (auto entry = incidents_.begin(); entry != incidents_.end();) {
    OpenIncident& incident = entry->second;
    if (incident.changed) {
      incident.record.next_steps =
          incident.ended ? std::vector<std::string>{} : advice_for(incident.record);
      decision.incidents.push_back(incident.record);
      decision.worth_saving = true;
      incident.changed = false;
      incident.sent_ms = ms_;
    }
    entry = incident.ended ? incidents_.erase(entry) : std::next(entry);
  }
  if (decision.measures_changed) decision.worth_saving = true;
}

}  // namespace sekimori
