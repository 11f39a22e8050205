#include <algorithm>
#include <cmath>
#include <variant>

#include "control/daemon/keeper_operations.hpp"
#include "control/daemon/measure_text.hpp"
#include "control/daemon/version.hpp"

namespace sekimori {
namespace {

using Problems = tl::unexpected<Problem>;

/// The gravest of an object's vectors decides.
std::string_view state_text(const SubjectView& view) {
  LadderState gravest = LadderState::normal;
  for (const Vector vector : all_vectors()) {
    const LadderState state = view.vectors[vector].state;
    // Recovery comes last in the list and is the least grave but one.
    const auto weight = [](LadderState s) {
      return s == LadderState::recovery ? 1 : 2 * static_cast<int>(s);
    };
    if (weight(state) > weight(gravest)) gravest = state;
  }
  return ladder_state_names[static_cast<std::size_t>(gravest)];
}

Json rate(double value) {
  return std::round(value);
}

Json incident_of(const SubjectView& view) {
  return view.incident_id == 0 ? Json(nullptr) : Json(view.incident_id);
}

std::size_t measures_of(const Watch& watch, const std::string& object) {
  return static_cast<std::size_t>(std::ranges::count(watch.measures(), object, &Measure::object));
}

Json summary(const Watch& watch, const SubjectView& view) {
  return {{"name", view.subject.name},
          {"tenant", view.tenant},
          {"state", state_text(view)},
          {"packets_per_s", rate(view.vectors[Vector::packets].offered)},
          {"bits_per_s", rate(view.vectors[Vector::bits].offered)},
          {"measures", measures_of(watch, view.subject.name)},
          {"incident", incident_of(view)}};
}

std::string_view threshold_origin(const VectorView& vector) {
  if (vector.threshold == 0) return "none";
  if (vector.raised > vector.threshold) return "raised";
  return vector.learned ? "baseline" : "policy";
}

Json vector_json(Vector vector, const VectorView& view) {
  const VectorText& text = vector_texts[static_cast<std::size_t>(vector)];
  return {{"vector", text.name},
          {"unit", unit_name(text.unit)},
          {"rate", rate(view.offered)},
          {"threshold",
           view.threshold == 0 ? Json(nullptr) : Json(std::max(view.threshold, view.raised))},
          {"threshold_from", threshold_origin(view)},
          {"state", ladder_state_names[static_cast<std::size_t>(view.state)]}};
}

/// The action of the open incident that a measure belongs to: the one of its step.
const ActionRecord* action_of(const std::vector<Incident>& incidents, const Measure& measure) {
  const Step step = step_of(measure.kind);
  for (const Incident& incident : incidents) {
    for (const ActionRecord& action : incident.actions) {
      if (action.object == measure.object && action.step == step &&
          action.state == ActionState::in_force) {
        return &action;
      }
    }
  }
  return nullptr;
}

Json measures_json(const Watch& watch, const std::string& object) {
  const std::vector<Incident> incidents = watch.open_incidents();
  Json list = Json::array();
  for (const Measure& measure : watch.measures()) {
    if (measure.object != object) continue;
    const ActionRecord* action = action_of(incidents, measure);
    list.push_back({{"kind", kind_text(measure.kind)},
                    {"what", measure_text(measure.kind)},
                    {"began_ms", action != nullptr ? action->began_ms : 0},
                    {"action", action != nullptr ? Json(action->id) : Json(nullptr)}});
  }
  return list;
}

Json dataplane_json(const Reconciler::State& state, const DataplaneView* view,
                    const std::string& instance) {
  const bool seen = view != nullptr && view->alive;
  const std::string_view text =
      state.reached ? "connected" : (seen ? "not-responding" : "not-connected");
  Json json{{"state", text},        {"detail", state.reached ? std::string{} : state.problem},
            {"instance", instance}, {"started_ms", nullptr},
            {"policy_id", ""},      {"policy_generation", 0}};
  if (state.dataplane) {
    json["started_ms"] = state.dataplane->started_unix_ns / ns_per_ms;
    json["policy_id"] = state.dataplane->policy_id;
    json["policy_generation"] = state.dataplane->policy_generation;
  }
  return json;
}

}  // namespace

Operations::Result KeeperOperations::objects(const Caller&, const ObjectFilter& filter) {
  const PolicyInForce policy = keeper_.policy();
  std::vector<std::size_t> order(policy.policy->objects.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto name = [&](std::size_t i) -> const std::string& {
    return policy.policy->objects[i].name.value;
  };
  std::ranges::sort(order, {}, name);
  Json list = Json::array();
  Json next;
  keeper_.with_watch([&](const Watch& watch, const DataplaneView*) {
    for (const std::size_t i : order) {
      if (i >= watch.object_count() || name(i) <= filter.after) continue;
      const SubjectView view = watch.object(i);
      if (!filter.tenant.empty() && view.tenant != filter.tenant) continue;
      if (!filter.state.empty() && state_text(view) != filter.state) continue;
      if (list.size() == filter.limit) {
        next = list.back()["name"];
        break;
      }
      list.push_back(summary(watch, view));
    }
  });
  return Json{{"objects", std::move(list)}, {"next", std::move(next)}};
}

Operations::Result KeeperOperations::object(const Caller&, const std::string& name) {
  const PolicyInForce policy = keeper_.policy();
  const auto& objects = policy.policy->objects;
  const auto found = std::ranges::find_if(
      objects, [&](const ObjectPolicy& object) { return object.name.value == name; });
  if (found == objects.end()) {
    return Problems{{.kind = ProblemKind::not_found,
                     .detail = "the policy in force has no object \"" + name + "\"",
                     .faults = {}}};
  }
  const auto index = static_cast<std::size_t>(found - objects.begin());
  Json prefixes = Json::array();
  for (const PlacedPrefix& prefix : found->prefixes) prefixes.push_back(prefix.value.to_string());
  return keeper_.with_watch([&](const Watch& watch, const DataplaneView*) {
    const SubjectView view = watch.object(index);
    Json vectors = Json::array();
    for (const Vector vector : all_vectors()) {
      vectors.push_back(vector_json(vector, view.vectors[vector]));
    }
    return Json{{"name", name},
                {"tenant", found->tenant.value},
                {"state", state_text(view)},
                {"prefixes", prefixes},
                {"capacity",
                 {{"packets_per_s", found->capacity.packets_per_s},
                  {"bits_per_s", found->capacity.bits_per_s},
                  {"new_connections_per_s", found->capacity.new_connections_per_s}}},
                {"vectors", std::move(vectors)},
                {"measures", measures_json(watch, name)},
                {"incident", incident_of(view)}};
  });
}

Operations::Result KeeperOperations::status(const Caller&) {
  const PolicyInForce policy = keeper_.policy();
  const Reconciler::State link = keeper_.reconciler().state();
  const Notifier::Counts notices = keeper_.notifier().counts();
  Json warnings = Json::array();
  if (!link.reached) warnings.push_back("the dataplane is not reached: " + link.problem);
  if (link.reached && !link.problem.empty()) warnings.push_back(link.problem);
  if (!notices.fault.empty()) warnings.push_back("notices do not leave: " + notices.fault);
  if (policy.version == 0) {
    warnings.push_back("no policy was committed yet; `sekictl policy commit` does it");
  }
  const auto version = keeper_.store().policies().in_force();
  Json version_json{{"version", policy.version},
                    {"id", ""},
                    {"committed_ms", nullptr},
                    {"confirm_by_ms", nullptr}};
  if (version && *version) {
    version_json["id"] = (*version)->image_id;
    version_json["committed_ms"] = (*version)->committed_ms;
    if ((*version)->state == VersionState::awaiting_confirmation) {
      version_json["confirm_by_ms"] = *(*version)->confirm_by_ms;
    }
  }
  return keeper_.with_watch([&](const Watch& watch, const DataplaneView* view) {
    if (view != nullptr && view->snapshot.card_state == CardState::bypassed) {
      warnings.push_back(
          "frames come without the metadata of the card in front of the outside port: it has "
          "failed or is passed by, and software does its work");
    }
    double packets = 0;
    double bits = 0;
    std::uint64_t abnormal = 0;
    for (std::size_t i = 0; i < watch.object_count(); ++i) {
      const SubjectView object = watch.object(i);
      packets += object.vectors[Vector::packets].offered;
      bits += object.vectors[Vector::bits].offered;
      abnormal += state_text(object) == "normal" ? 0U : 1U;
    }
    const std::vector<Incident> incidents = watch.open_incidents();
    std::uint64_t waiting = 0;
    for (const Incident& incident : incidents) {
      waiting += static_cast<std::uint64_t>(
          std::ranges::count(incident.actions, ActionState::waiting, &ActionRecord::state));
    }
    std::uint64_t failed = 0;
    for (const NoticeCounts& channel : notices.channels) failed += channel.failed;
    return Json{{"version", control_version},
                {"started_ms", keeper_.started_unix_ms()},
                {"now_ms", read_clock().unix_ms()},
                {"dataplane", dataplane_json(link, view, keeper_.options().instance)},
                {"policy", version_json},
                {"packets_per_s", rate(packets)},
                {"bits_per_s", rate(bits)},
                {"objects", watch.object_count()},
                {"tenants", policy.policy->tenants.size()},
                {"abnormal_objects", abnormal},
                {"measures_in_force", link.dataplane ? link.dataplane->measures_in_force : 0},
                {"open_incidents", incidents.size()},
                {"waiting_actions", waiting},
                {"failed_notices", failed},
                {"warnings", warnings}};
  });
}

tl::expected<std::string, Problem> KeeperOperations::metrics() {
  const PolicyInForce policy = keeper_.policy();
  const Reconciler::State link = keeper_.reconciler().state();
  const Notifier::Counts notices = keeper_.notifier().counts();
  const Keeper::Passes passes = keeper_.passes();
  MetricsInput input{.version = std::string{control_version},
                     .now_ms = read_clock().unix_ms(),
                     .started_ms = keeper_.started_unix_ms(),
                     .dataplane = std::nullopt,
                     .dataplane_up = link.reached,
                     .measures_in_force = link.dataplane ? link.dataplane->measures_in_force : 0,
                     .policy_version = policy.version,
                     .policy_id = policy.image ? policy.image->id() : std::string{},
                     .policy_objects = policy.policy->objects.size(),
                     .policy_tenants = policy.policy->tenants.size(),
                     .abnormal_objects = {},
                     .incidents = {},
                     .actions = {},
                     .notices = notices.channels,
                     .notices_refused = notices.refused,
                     .notices_duplicate = notices.duplicates,
                     .detection_passes = passes.count,
                     .detection_seconds_sum = passes.seconds_sum,
                     .detection_seconds_last = passes.seconds_last};
  keeper_.incident_counts().fill(input);
  keeper_.with_watch([&](const Watch& watch, const DataplaneView* view) {
    if (view != nullptr && view->alive) input.dataplane = view->snapshot;
    for (std::size_t i = 0; i < watch.object_count(); ++i) {
      const SubjectView object = watch.object(i);
      if (state_text(object) != "normal") input.abnormal_objects.push_back(object.subject.name);
    }
  });
  return metrics_.text(input);
}

}  // namespace sekimori
