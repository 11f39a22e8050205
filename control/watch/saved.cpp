// How a Watch is kept over a restart of control.

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "control/model/incident_json.hpp"
#include "control/watch/state.hpp"

namespace sekimori {
namespace {

constexpr int format_version = 1;

std::vector<double> list(const PerVector<double>& values) {
  std::vector<double> listed;
  for (const Vector v : all_vectors()) listed.push_back(values[v]);
  return listed;
}

PerVector<double> per_vector(const nlohmann::json& saved) {
  PerVector<double> values;
  for (const Vector v : all_vectors()) saved.at(static_cast<std::size_t>(v)).get_to(values[v]);
  return values;
}

nlohmann::json save_incident(const IncidentKey& key, const OpenIncident& incident,
                             const Policy& policy) {
  nlohmann::json ladders = nlohmann::json::array();
  for (const Ladder& ladder : incident.ladders) {
    ladders.push_back({std::string{name_of(ladder.vector())}, ladder.save()});
  }
  const auto names = [&](const std::set<std::uint32_t>& objects) {
    nlohmann::json listed = nlohmann::json::array();
    for (const std::uint32_t object : objects) {
      listed.push_back(policy.objects[object].name.value);
    }
    return listed;
  };
  nlohmann::json holders = nlohmann::json::array();
  for (const auto& [action, count] : incident.holders) holders.push_back({action, count});
  return {{"cause", static_cast<int>(key.cause)},
          {"record", nlohmann::json(incident_json(incident.record))},
          {"ladders", std::move(ladders)},
          {"holders", std::move(holders)},
          {"peaks", list(incident.peaks)},
          {"thresholds", list(incident.thresholds)},
          {"carriers", names(incident.carriers)},
          {"authenticated", names(incident.authenticated)},
          {"opened_ms", incident.opened_ms},
          {"diagnosed_ms", incident.diagnosed_ms},
          {"sent_ms", incident.sent_ms},
          {"well_since_ms", incident.well_since_ms}};
}

Vector vector_named(const std::string& name) {
  for (const Vector v : all_vectors()) {
    if (name_of(v) == name) return v;
  }
  throw std::runtime_error{"there is no vector named " + name};
}

OpenIncident read_incident(const nlohmann::json& saved,
                           const std::map<Subject, std::uint32_t>& numbers) {
  OpenIncident incident;
  auto record = incident_from_json(Json(saved.at("record")));
  if (!record) throw std::runtime_error{record.error()};
  incident.record = std::move(*record);
  for (const nlohmann::json& entry : saved.at("ladders")) {
    Ladder& ladder = incident.ladders.emplace_back(incident.record.subject.name,
                                                   vector_named(entry.at(0).get<std::string>()));
    ladder.restore(entry.at(1));
  }
  for (const nlohmann::json& entry : saved.at("holders")) {
    incident.holders[entry.at(0).get<std::uint64_t>()] = entry.at(1).get<std::uint32_t>();
  }
  const auto read_names = [&](const char* key, std::set<std::uint32_t>& objects) {
    for (const nlohmann::json& name : saved.at(key)) {
      const auto found = numbers.find({.level = Level::object, .name = name.get<std::string>()});
      if (found != numbers.end()) objects.insert(found->second);
    }
  };
  read_names("carriers", incident.carriers);
  read_names("authenticated", incident.authenticated);
  incident.peaks = per_vector(saved.at("peaks"));
  incident.thresholds = per_vector(saved.at("thresholds"));
  saved.at("opened_ms").get_to(incident.opened_ms);
  saved.at("diagnosed_ms").get_to(incident.diagnosed_ms);
  saved.at("sent_ms").get_to(incident.sent_ms);
  saved.at("well_since_ms").get_to(incident.well_since_ms);
  incident.changed = false;
  return incident;
}

}  // namespace

nlohmann::json Watch::State::save() const {
  nlohmann::json incidents = nlohmann::json::array();
  for (const auto& [key, incident] : incidents_) {
    if (!incident.ended) incidents.push_back(save_incident(key, incident, *policy_));
  }
  nlohmann::json changed = nlohmann::json::object();
  for (std::size_t i = 0; i < object_count(); ++i) {
    if (policy_changed_ms_[i] != 0) changed[policy_->objects[i].name.value] = policy_changed_ms_[i];
  }
  return {{"version", format_version},
          {"next_incident", ids_.next_incident},
          {"next_action", ids_.next_action},
          {"ms", ms_},
          {"last_monotonic_ms", last_monotonic_ms_},
          {"clock_begun", clock_begun_},
          {"outside_down_since_ms", outside_down_since_ms_},
          {"inside_down_since_ms", inside_down_since_ms_},
          {"measures_sent_ms", measures_sent_ms_},
          {"policy_changed_ms", std::move(changed)},
          {"incidents", std::move(incidents)},
          {"detector", detector_->save(set_apart_, *policy_)}};
}

void Watch::State::restore(const nlohmann::json& saved) {
  if (saved.at("version").get<int>() != format_version) {
    throw std::runtime_error{"it is of another version of this program"};
  }
  detector_->restore(saved.at("detector"), *policy_);
  ids_.next_incident = std::max(ids_.next_incident, saved.at("next_incident").get<std::uint64_t>());
  ids_.next_action = std::max(ids_.next_action, saved.at("next_action").get<std::uint64_t>());
  saved.at("ms").get_to(ms_);
  saved.at("last_monotonic_ms").get_to(last_monotonic_ms_);
  saved.at("clock_begun").get_to(clock_begun_);
  saved.at("outside_down_since_ms").get_to(outside_down_since_ms_);
  saved.at("inside_down_since_ms").get_to(inside_down_since_ms_);
  saved.at("measures_sent_ms").get_to(measures_sent_ms_);
  for (const auto& [name, at_ms] : saved.at("policy_changed_ms").items()) {
    const std::size_t object = number_of({.level = Level::object, .name = name});
    if (object < object_count()) policy_changed_ms_[object] = at_ms.get<std::uint64_t>();
  }
  for (const nlohmann::json& entry : saved.at("incidents")) {
    const int cause = entry.at("cause").get<int>();
    if (cause < 0 || cause > static_cast<int>(Cause::inside_link)) {
      throw std::runtime_error{"an incident has an unknown cause"};
    }
    OpenIncident incident = read_incident(entry, numbers_);
    const IncidentKey key{.cause = static_cast<Cause>(cause), .subject = incident.record.subject};
    incidents_.insert_or_assign(key, std::move(incident));
  }
  mark_set_apart();
  hold_ladders();
  // The dataplane is told again: it may have ended what control did not renew.
  resend_ = true;
}

}  // namespace sekimori
