#include <algorithm>

#include "control/daemon/keeper_operations.hpp"

namespace sekimori {
namespace {

using Problems = tl::unexpected<Problem>;

Problem failed(const std::string& why) {
  return {.kind = ProblemKind::internal, .detail = why, .faults = {}};
}

/// How many incidents are looked through for an action.
constexpr std::size_t searched_incidents = 1'000;

}  // namespace

tl::expected<std::vector<Incident>, Problem> KeeperOperations::incidents(
    const Caller&, const IncidentFilter& filter) {
  IncidentQuery query{.open = std::nullopt,
                      .object = std::nullopt,
                      .tenant = std::nullopt,
                      .before = filter.before,
                      .at_most = filter.limit};
  if (!filter.state.empty()) query.open = filter.state == "open";
  if (!filter.object.empty()) query.object = filter.object;
  auto list = keeper_.store().incidents().list(query);
  if (!list) return Problems{failed(list.error())};
  return std::move(*list);
}

tl::expected<Incident, Problem> KeeperOperations::incident(const Caller&, std::uint64_t id) {
  auto incident = keeper_.store().incidents().get(id);
  if (!incident) return Problems{failed(incident.error())};
  if (!*incident) {
    return Problems{{.kind = ProblemKind::not_found,
                     .detail = "there is no incident " + std::to_string(id),
                     .faults = {}}};
  }
  return std::move(**incident);
}

tl::expected<std::vector<ListedAction>, Problem> KeeperOperations::actions(
    const Caller&, std::optional<ActionState> state, std::uint32_t limit) {
  IncidentQuery query;
  query.at_most = searched_incidents;
  // Nothing waits or is in force once its incident has ended.
  if (state == ActionState::waiting || state == ActionState::in_force) query.open = true;
  const auto incidents = keeper_.store().incidents().list(query);
  if (!incidents) return Problems{failed(incidents.error())};
  std::vector<ListedAction> actions;
  for (const Incident& incident : *incidents) {
    for (const ActionRecord& action : incident.actions) {
      if (state && action.state != *state) continue;
      actions.push_back({.record = action, .incident = incident.id, .requested_by = {}});
    }
  }
  std::ranges::sort(actions, std::ranges::greater{},
                    [](const ListedAction& action) { return action.record.id; });
  if (actions.size() > limit) actions.resize(limit);
  return actions;
}

tl::expected<ListedAction, Problem> KeeperOperations::find_action(std::uint64_t id) {
  const auto all = actions({}, std::nullopt, std::numeric_limits<std::uint32_t>::max());
  if (!all) return Problems{all.error()};
  const auto found = std::ranges::find_if(
      *all, [&](const ListedAction& action) { return action.record.id == id; });
  if (found == all->end()) {
    return Problems{{.kind = ProblemKind::not_found,
                     .detail = "there is no action " + std::to_string(id),
                     .faults = {}}};
  }
  return *found;
}

/// Only the ladder asks for actions.
tl::expected<std::string, Problem> KeeperOperations::action_requester(std::uint64_t id) {
  const auto action = find_action(id);
  if (!action) return Problems{action.error()};
  return action->requested_by;
}

tl::expected<ListedAction, Problem> KeeperOperations::approve_action(const Caller& caller,
                                                                     std::uint64_t id,
                                                                     const std::string& comment) {
  const auto done = keeper_.with_watch(
      [&](Watch& watch, const DataplaneView*) { return watch.approve(id, caller.person); });
  return decided(caller, "action.approve", id, comment, done);
}

tl::expected<ListedAction, Problem> KeeperOperations::reject_action(const Caller& caller,
                                                                    std::uint64_t id,
                                                                    const std::string& comment) {
  const auto done = keeper_.with_watch(
      [&](Watch& watch, const DataplaneView*) { return watch.reject(id, caller.person); });
  return decided(caller, "action.reject", id, comment, done);
}

/// Records the decision on an action and returns it as it is now.
tl::expected<ListedAction, Problem> KeeperOperations::decided(
    const Caller& caller, const std::string& what, std::uint64_t id, const std::string& comment,
    const tl::expected<void, std::string>& done) {
  const std::string target = "action " + std::to_string(id);
  note(caller, what, target, done ? "done" : done.error(), comment);
  auto action = find_action(id);
  if (!action || done) return action;
  return Problems{{.kind = ProblemKind::conflict, .detail = done.error(), .faults = {}}};
}

}  // namespace sekimori
