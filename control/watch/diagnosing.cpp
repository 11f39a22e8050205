// What kind an incident is, and what shows it.

#include <algorithm>
#include <cmath>

#include "control/diagnose/evidence.hpp"
#include "control/diagnose/kinds.hpp"
#include "control/watch/state.hpp"

namespace sekimori {
namespace {

/// While an incident is so young its record is refined as fast as new samples tell something.
constexpr std::uint64_t young_ms = 3'000;
constexpr std::uint64_t young_every_ms = 400;
constexpr std::uint64_t every_ms = 1'000;
/// A record whose figures alone have changed is handed out so often.
constexpr std::uint64_t refresh_ms = 10'000;

void add_rates(const RateRow& rates, RateRow& sum) {
  for (std::size_t c = 0; c < count_kinds; ++c) sum.values[c] += rates.values[c];
}

/// Several ladders may block the same sources, so the largest of them counts.
void add_blocked(Vector vector, double rate, FeatureSources& sources) {
  switch (vector) {
    case Vector::bits:
      return;
    case Vector::syn:
    case Vector::new_connections:
    case Vector::new_sources:
      sources.blocked_connections = std::max(sources.blocked_connections, rate);
      [[fallthrough]];
    default:
      // A connection is at least its SYN.
      sources.blocked_packets = std::max(sources.blocked_packets, rate);
  }
}

void rank_vectors(OpenIncident& incident) {
  Incident& record = incident.record;
  record.vectors.clear();
  for (const Ladder& ladder : incident.ladders) record.vectors.push_back(ladder.vector());
  std::ranges::stable_sort(record.vectors, std::ranges::greater{}, [&](Vector v) {
    return incident.peaks[v] / std::max(1.0, incident.thresholds[v]);
  });
  if (record.vectors.empty()) return;
  record.peak_rate = incident.peaks[record.vectors.front()];
  record.threshold = incident.thresholds[record.vectors.front()];
}

}  // namespace

void Watch::State::diagnose_due() {
  for (auto& [key, incident] : incidents_) {
    if (incident.ended) continue;
    const bool first = incident.diagnosed_ms == 0;
    const bool young = ms_ - incident.opened_ms < young_ms;
    if (!first && ms_ - incident.diagnosed_ms < (young ? young_every_ms : every_ms)) continue;
    if (!first && key.cause == Cause::load) {
      // When the attack pauses, there is nothing to recognise it by.
      const std::size_t subject = number_of(key.subject);
      if (subject >= detector_->subject_count() || !detector_->any_abnormal(subject)) continue;
    }
    diagnose(key, incident);
    if (first || young || ms_ - incident.sent_ms >= refresh_ms) incident.changed = true;
  }
}

Features Watch::State::features(const IncidentKey& key, const OpenIncident& incident,
                                std::span<const std::uint32_t> objects) const {
  const std::vector<const KeptSample*> samples = loads_->samples().of(objects);
  FeatureSources sources;
  sources.samples = samples;
  sources.usual_known = !objects.empty();
  std::uint64_t changed_ms = 0;
  for (const std::uint32_t object : objects) {
    add_rates(detector_->rates(object), sources.rates);
    add_rates(detector_->usual().rates(object), sources.usual);
    sources.usual_known &= detector_->usual().known(object);
    sources.proved_packets += loads_->proved().packets_of(object);
    changed_ms = std::max(changed_ms, policy_changed_ms_[object]);
  }
  for (const Ladder& ladder : incident.ladders) {
    add_blocked(ladder.vector(), ladder.blocked_rate(ms_), sources);
  }
  Features features = features_of(sources);
  features.link_down = key.cause == Cause::outside_link || key.cause == Cause::inside_link ? 1 : 0;
  if (changed_ms != 0 && changed_ms <= incident.opened_ms) {
    features.policy_age_s = static_cast<double>(incident.opened_ms - changed_ms) / 1'000;
  }
  for (const Ladder& ladder : incident.ladders) {
    const Vector v = ladder.vector();
    const bool of_connections =
        v == Vector::syn || v == Vector::new_connections || v == Vector::new_sources;
    if (of_connections) features.connections_above = 1;
  }
  const bool group = key.subject.level == Level::prefix || key.subject.level == Level::tenant;
  if (!group || incident.record.vectors.empty()) return features;
  features.is_group = 1;
  features.members = static_cast<double>(incident.carriers.size());
  const Vector worst = incident.record.vectors.front();
  double whole = 0;
  double largest = 0;
  for (const std::uint32_t m : incident.carriers) {
    const double usual = offered_rates(detector_->usual().rates(m))[worst];
    const double excess = std::max(0.0, detector_->offered(m, worst) - usual);
    whole += excess;
    largest = std::max(largest, excess);
  }
  if (whole > 0) features.largest_member = largest / whole;
  return features;
}

void Watch::State::diagnose(const IncidentKey& key, OpenIncident& incident) {
  incident.diagnosed_ms = ms_;
  rank_vectors(incident);
  std::vector<std::uint32_t> objects = objects_of(key);
  if (!incident.carriers.empty()) {
    objects.assign(incident.carriers.begin(), incident.carriers.end());
  }
  take_kind(incident, recognise(features(key, incident, objects)));
  const auto proved = [&](const Address& source) {
    return std::ranges::any_of(
        objects, [&](std::uint32_t object) { return loads_->proved().proved(object, source); });
  };
  show_samples(loads_->samples().of(objects), proved, incident.record);
  list_affected(key, incident);
  list_unaffected(incident);
}

void Watch::State::take_kind(OpenIncident& incident, Diagnosis diagnosis) {
  Diagnosis& current = incident.record.diagnosis;
  const auto text_of = [](const Diagnosis& d) {
    std::string text{incident_kind_texts[static_cast<std::size_t>(d.kind)].text};
    if (!d.protocol.empty()) text += " by " + d.protocol;
    return text;
  };
  const bool first = current.candidates.empty();
  if (first || diagnosis.kind == current.kind || diagnosis.kind == IncidentKind::unknown) {
    incident.other_kind_count = 0;
    const bool keeps = !first && diagnosis.kind == IncidentKind::unknown;
    // What has been recognised stays so while nothing else is.
    if (keeps && current.kind != IncidentKind::unknown) return;
    current = std::move(diagnosis);
    if (first) incident.record.timeline.push_back({now_ms_, "diagnosis: " + text_of(current)});
    return;
  }
  if (diagnosis.kind != incident.other_kind) incident.other_kind_count = 0;
  incident.other_kind = diagnosis.kind;
  ++incident.other_kind_count;
  // Once known, a kind does not follow every second's mixture.
  constexpr std::uint32_t needed = 3;
  if (current.kind != IncidentKind::unknown && incident.other_kind_count < needed) return;
  current = std::move(diagnosis);
  incident.other_kind_count = 0;
  incident.record.timeline.push_back({now_ms_, "diagnosis changes to: " + text_of(current)});
  incident.changed = true;
}

void Watch::State::list_affected(const IncidentKey& key, OpenIncident& incident) {
  std::vector<ObjectState>& affected = incident.record.affected;
  affected.clear();
  if (key.subject.level == Level::box) {
    for (std::size_t i = 0; i < object_count(); ++i) affected.push_back(object_state(i));
  } else if (!incident.carriers.empty()) {
    for (const std::uint32_t m : incident.carriers) affected.push_back(object_state(m));
  } else {
    for (const std::uint32_t i : objects_of(key)) affected.push_back(object_state(i));
  }
}

bool Watch::State::shown_unaffected(std::size_t object) const {
  constexpr double not_fallen = 0.7;
  const Usual& usual = detector_->usual();
  if (set_apart_[object] != 0 || detector_->above(object) || !links_up_) return false;
  if (!detector_->known(object) || !usual.known(object)) return false;
  const auto passed = [](const RateRow& rates) {
    return static_cast<double>(rates[Count::passed_packets]);
  };
  // A second of few packets has an error of the root of their number.
  const double expected = passed(usual.rates(object));
  const double least = std::max(0.0, not_fallen * expected - 3 * std::sqrt(expected));
  return passed(detector_->rates(object)) >= least;
}

void Watch::State::list_unaffected(OpenIncident& incident) {
  if (unaffected_ms_ != ms_) {
    unaffected_ms_ = ms_;
    unaffected_.clear();
    for (std::uint32_t i = 0; i < object_count(); ++i) {
      if (shown_unaffected(i)) unaffected_.push_back(i);
    }
  }
  Incident& record = incident.record;
  record.unaffected.clear();
  record.unaffected_count = 0;
  for (const std::uint32_t i : unaffected_) {
    if (incident.carriers.contains(i)) continue;
    ++record.unaffected_count;
    if (record.unaffected.size() < Incident::max_listed) {
      record.unaffected.push_back(object_state(i));
    }
  }
}

}  // namespace sekimori
