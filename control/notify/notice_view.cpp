#include "control/notify/notice_view.hpp"

#include <algorithm>
#include <set>

#include "control/model/clean_text.hpp"

namespace sekimori {
namespace {

ObjectState clean(const ObjectState& state) {
  return {.object = clean_text(state.object), .tenant = clean_text(state.tenant)};
}

std::vector<Share> clean(const std::vector<Share>& shares) {
  std::vector<Share> result;
  for (const Share& share : shares) result.push_back({clean_text(share.what), share.share});
  return result;
}

/// What operators and tenants see alike.
NoticeView common_view(const Incident& incident) {
  NoticeView view;
  view.occasion = incident.ended_ms ? Occasion::ended : Occasion::opened;
  view.incident = incident.id;
  view.subject.level = incident.subject.level;
  view.kind = incident.diagnosis.kind;
  view.protocol = clean_text(incident.diagnosis.protocol);
  view.vectors = incident.vectors;
  view.began_ms = incident.first_abnormal_ms;
  view.recorded_ms = incident.recorded_ms;
  view.mitigated_ms = incident.mitigated_ms;
  view.ended_ms = incident.ended_ms;
  return view;
}

/// Whether the rates of the incident are those of this tenant's objects alone.
bool rates_are_of(const Incident& incident, const std::string& tenant) {
  if (incident.subject.level == Level::tenant) return incident.subject.name == tenant;
  return incident.tenant == tenant &&
         std::ranges::all_of(incident.affected,
                             [&](const ObjectState& state) { return state.tenant == tenant; });
}

bool tenant_is_told(ActionState state) {
  return state == ActionState::waiting || state == ActionState::in_force ||
         state == ActionState::ended;
}

/// What a reader is told of a state. The end of a step is no news by itself, and a step that was
/// rejected was so by those who are told.
std::string_view told_state(ActionState state) {
  switch (state) {
    case ActionState::in_force:
    case ActionState::ended:
      return "taken";
    case ActionState::waiting:
    case ActionState::rejected:
      return "waiting";
    case ActionState::would_have:
      return "would-have";
    case ActionState::impossible:
      return "impossible";
  }
  return "";
}

}  // namespace

NoticeView operators_view(const Incident& incident) {
  NoticeView view = common_view(incident);
  view.subject.name = clean_text(incident.subject.name);
  view.peak_rate = incident.peak_rate;
  view.threshold = incident.threshold;
  for (const ObjectState& state : incident.affected) view.affected.push_back(clean(state));
  for (const ObjectState& state : incident.unaffected) view.unaffected.push_back(clean(state));
  view.unaffected_count = incident.unaffected_count;
  for (ActionRecord action : incident.actions) {
    for (std::string* text : {&action.object, &action.what, &action.reason, &action.evidence,
                              &action.expected, &action.real}) {
      *text = clean_text(*text);
    }
    view.actions.push_back(std::move(action));
  }
  for (const Candidate& candidate : incident.diagnosis.candidates) {
    if (candidate.kind != incident.diagnosis.kind) continue;
    for (const Criterion& criterion : candidate.criteria) {
      view.criteria.push_back({.what = clean_text(criterion.what),
                               .wanted = clean_text(criterion.wanted),
                               .found = clean_text(criterion.found),
                               .met = criterion.met});
    }
  }
  view.sources = clean(incident.sources);
  view.ports = clean(incident.ports);
  for (const std::string& step : incident.next_steps) view.next_steps.push_back(clean_text(step));
  return view;
}

NoticeView tenant_view(const Incident& incident, const std::string& tenant) {
  NoticeView view = common_view(incident);
  view.tenant = clean_text(tenant);
  if (rates_are_of(incident, tenant)) {
    view.peak_rate = incident.peak_rate;
    view.threshold = incident.threshold;
  }
  std::set<std::string> own;
  for (const ObjectState& state : incident.affected) {
    if (state.tenant != tenant) continue;
    own.insert(state.object);
    view.affected.push_back(clean(state));
  }
  for (const ObjectState& state : incident.unaffected) {
    if (state.tenant == tenant) view.unaffected.push_back(clean(state));
  }
  view.unaffected_count = static_cast<std::uint32_t>(view.unaffected.size());
  for (const ActionRecord& action : incident.actions) {
    if (!own.contains(action.object) || !tenant_is_told(action.state)) continue;
    // Reasons and figures are written for operators, and may speak of others.
    view.actions.push_back({.id = action.id,
                            .step = action.step,
                            .state = action.state,
                            .object = clean_text(action.object),
                            .vector = action.vector,
                            .what = {},
                            .reason = {},
                            .evidence = {},
                            .expected = {},
                            .real = {},
                            .began_ms = action.began_ms,
                            .ended_ms = action.ended_ms});
  }
  return view;
}

std::vector<std::string> affected_tenants(const Incident& incident) {
  std::set<std::string> tenants;
  tenants.insert(incident.tenant);
  for (const ObjectState& state : incident.affected) tenants.insert(state.tenant);
  tenants.erase("");
  return {tenants.begin(), tenants.end()};
}

std::string content_version(const NoticeView& view) {
  if (view.ended_ms) return "ended";
  std::string version{incident_kind_texts[static_cast<std::size_t>(view.kind)].name};
  version += '\n' + view.protocol;
  std::set<std::string> objects;
  for (const ObjectState& state : view.affected) objects.insert(state.object);
  for (const std::string& object : objects) version += "\nobject " + object;
  std::set<std::string> actions;
  for (const ActionRecord& action : view.actions) {
    actions.insert(std::to_string(action.id) + ' ' + std::string{told_state(action.state)});
  }
  for (const std::string& action : actions) version += "\naction " + action;
  return version;
}

}  // namespace sekimori
