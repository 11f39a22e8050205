#include "tests/support/fake_operations.hpp"

#include <stdexcept>

#include "tests/support/fake_records.hpp"
#include "tests/support/sample_incident.hpp"

namespace sekimori::test {
namespace {

tl::unexpected<Problem> problem(ProblemKind kind, std::string detail) {
  return tl::unexpected{Problem{.kind = kind, .detail = std::move(detail), .faults = {}}};
}

tl::unexpected<Problem> no_such(const std::string& what) {
  return problem(ProblemKind::not_found, "There is no " + what + ".");
}

/// Names of things that cannot be shown.
tl::expected<void, Problem> check_name(const std::string& name) {
  if (name == "broken") throw std::runtime_error{"broken"};
  if (name == "busy") return problem(ProblemKind::unavailable, "The dataplane does not answer.");
  return {};
}

ListedAction action_of(std::uint64_t id) {
  ListedAction action{.record = flood_incident().actions[1],
                      .incident = 42,
                      .requested_by = id == 8 ? "approver" : ""};
  action.record.id = id;
  if (id == 9) action.record.state = ActionState::ended;
  return action;
}

Json vector_state(std::string_view vector, double rate, Json threshold, std::string_view from,
                  std::string_view state) {
  return {{"vector", vector},       {"unit", "packets per second"},
          {"rate", rate},           {"threshold", std::move(threshold)},
          {"threshold_from", from}, {"state", state}};
}

}  // namespace

void FakeOperations::note(std::string call) {
  const std::lock_guard lock{mutex_};
  // Whoever asks without end wants to see the last calls only.
  constexpr std::size_t most = 1'000;
  if (calls_.size() == most) calls_.clear();
  calls_.push_back(std::move(call));
}

std::vector<std::string> FakeOperations::calls() const {
  const std::lock_guard lock{mutex_};
  return calls_;
}

Operations::Result FakeOperations::status(const Caller&) {
  return Json{{"version", "1.0"},
              {"started_ms", 1'795'600'000'000},
              {"now_ms", 1'795'659'613'400},
              {"dataplane",
               {{"state", "connected"},
                {"detail", ""},
                {"instance", "default"},
                {"started_ms", 1'795'600'000'000},
                {"policy_id", "00c0ffee00c0ffee"},
                {"policy_generation", 4}}},
              {"policy",
               {{"version", 3},
                {"id", "00c0ffee00c0ffee"},
                {"committed_ms", 1'795'650'000'000},
                {"confirm_by_ms", nullptr}}},
              {"packets_per_s", 312'000.0},
              {"bits_per_s", 1.2e9},
              {"objects", 217},
              {"tenants", 217},
              {"abnormal_objects", 1},
              {"measures_in_force", 1},
              {"open_incidents", 1},
              {"waiting_actions", 1},
              {"failed_notices", 0},
              {"warnings", {"action 12 waits for approval"}}};
}

Operations::Result FakeOperations::objects(const Caller&, const ObjectFilter& filter) {
  note("objects tenant=" + filter.tenant + " state=" + filter.state + " after=" + filter.after +
       " limit=" + std::to_string(filter.limit));
  if (auto good = check_name(filter.tenant); !good) return tl::unexpected{good.error()};
  return Json{{"objects", Json::array({{{"name", "web-042"},
                                        {"tenant", "city-042"},
                                        {"state", "authenticate"},
                                        {"packets_per_s", 152'345.0},
                                        {"bits_per_s", 7.3e7},
                                        {"measures", 1},
                                        {"incident", 42}},
                                       {{"name", "web-043"},
                                        {"tenant", ""},
                                        {"state", "normal"},
                                        {"packets_per_s", 12.5},
                                        {"bits_per_s", 9.1e4},
                                        {"measures", 0},
                                        {"incident", nullptr}}})},
              {"next", filter.after.empty() ? Json("web-043") : Json(nullptr)}};
}

Operations::Result FakeOperations::object(const Caller&, const std::string& name) {
  if (auto good = check_name(name); !good) return tl::unexpected{good.error()};
  if (name != "web-042") return no_such("object " + name);
  return Json{
      {"name", name},
      {"tenant", "city-042"},
      {"state", "authenticate"},
      {"prefixes", {"192.0.2.42/32"}},
      {"capacity", {{"packets_per_s", 20'000}, {"bits_per_s", 0}, {"new_connections_per_s", 500}}},
      {"vectors", Json::array({vector_state("packets", 152'900, 20'000.0, "policy", "alert"),
                               vector_state("syn", 152'345, 15'000.0, "baseline", "authenticate"),
                               vector_state("udp", 0, nullptr, "none", "normal")})},
      {"measures", Json::array({{{"kind", "authenticate-sources"},
                                 {"what", "SYN mode proxy for all TCP ports"},
                                 {"began_ms", 1'795'659'601'900},
                                 {"action", 11}}})},
      {"incident", 42}};
}

tl::expected<std::vector<Incident>, Problem> FakeOperations::incidents(
    const Caller&, const IncidentFilter& filter) {
  note("incidents state=" + filter.state + " object=" + filter.object +
       " limit=" + std::to_string(filter.limit));
  if (auto good = check_name(filter.object); !good) return tl::unexpected{good.error()};
  std::vector<Incident> list{unknown_incident(), flood_incident()};
  if (filter.before) list.clear();
  if (list.size() > filter.limit) list.resize(filter.limit);
  return list;
}

tl::expected<Incident, Problem> FakeOperations::incident(const Caller&, std::uint64_t id) {
  if (id == 42) return flood_incident();
  if (id == 43) return unknown_incident();
  return no_such("incident " + std::to_string(id));
}

tl::expected<std::vector<ListedAction>, Problem> FakeOperations::actions(
    const Caller&, std::optional<ActionState> state, std::uint32_t) {
  std::vector<ListedAction> list;
  for (const std::uint64_t id : {9U, 8U, 7U}) {
    ListedAction action = action_of(id);
    if (!state || action.record.state == *state) list.push_back(std::move(action));
  }
  return list;
}

tl::expected<std::string, Problem> FakeOperations::action_requester(std::uint64_t id) {
  if (id < 7 || id > 9) return no_such("action " + std::to_string(id));
  return action_of(id).requested_by;
}

tl::expected<ListedAction, Problem> FakeOperations::decide(const Caller& caller, std::uint64_t id,
                                                           const std::string& word,
                                                           const std::string& comment,
                                                           ActionState state) {
  note(word + " " + std::to_string(id) + " by " + caller.person + ": " + comment);
  ListedAction action = action_of(id);
  if (action.record.state != ActionState::waiting) {
    return problem(ProblemKind::conflict,
                   "Action " + std::to_string(id) + " does not wait for a decision.");
  }
  action.record.state = state;
  return action;
}

tl::expected<ListedAction, Problem> FakeOperations::approve_action(const Caller& caller,
                                                                   std::uint64_t id,
                                                                   const std::string& comment) {
  return decide(caller, id, "approve", comment, ActionState::in_force);
}

tl::expected<ListedAction, Problem> FakeOperations::reject_action(const Caller& caller,
                                                                  std::uint64_t id,
                                                                  const std::string& comment) {
  return decide(caller, id, "reject", comment, ActionState::rejected);
}

Operations::Result FakeOperations::policy(const Caller&) {
  if (!has_policy_) return no_such("policy yet; commit one");
  return fake_policy_version(3, true);
}

Operations::Result FakeOperations::policy_versions(const Caller&,
                                                   std::optional<std::uint64_t> before,
                                                   std::uint32_t) {
  Json page{{"versions", Json::array()}, {"next", nullptr}};
  for (std::uint64_t version = before.value_or(4) - 1; version > 0; --version) {
    page["versions"].push_back(fake_policy_version(version, false));
  }
  return page;
}

Operations::Result FakeOperations::policy_version(const Caller&, std::uint64_t version) {
  if (version > 3) return no_such("version " + std::to_string(version));
  return fake_policy_version(version, true);
}

Operations::Result FakeOperations::check_policy(const Caller&, const std::string& text) {
  if (auto good = check_name(text); !good) return tl::unexpected{good.error()};
  return fake_check(text != "wrong");
}

Operations::Result FakeOperations::diff_policy(const Caller&, const std::string& text) {
  if (text == "wrong") {
    return tl::unexpected{Problem{.kind = ProblemKind::invalid,
                                  .detail = "The policy has faults.",
                                  .faults = {{.place = "policy.toml:3:13: object.prefixes",
                                              .rule = "has to be a prefix without host bits"}}}};
  }
  return fake_diff();
}

Operations::Result FakeOperations::shadow_policy(const Caller&, const ShadowRequest& request) {
  note("shadow last_s=" + std::to_string(request.last_s) + " capture=" + request.capture);
  if (request.text == "early") return problem(ProblemKind::conflict, "There are no samples yet.");
  return fake_shadow(!request.capture.empty());
}

Operations::Result FakeOperations::commit_policy(const Caller& caller,
                                                 const CommitRequest& request) {
  note("commit by " + caller.person + ": " + request.comment + ", confirm within " +
       std::to_string(request.confirm_within_s));
  if (request.text == "second") {
    return problem(ProblemKind::conflict, "Version 4 waits for its confirmation.");
  }
  Json version = fake_policy_version(4, false);
  version["state"] = request.confirm_within_s > 0 ? "waiting-for-confirmation" : "in-force";
  if (request.confirm_within_s > 0) version["confirm_by_ms"] = 1'795'660'000'000;
  return version;
}

Operations::Result FakeOperations::confirm_policy(const Caller& caller, std::uint64_t version) {
  note("confirm " + std::to_string(version) + " by " + caller.person);
  if (version > 4) return no_such("version " + std::to_string(version));
  if (version < 3) return problem(ProblemKind::conflict, "The version does not wait.");
  return fake_policy_version(version, false);
}

Operations::Result FakeOperations::rollback_policy(const Caller& caller, std::uint64_t version) {
  note("rollback " + std::to_string(version) + " by " + caller.person);
  if (version > 3) return no_such("version " + std::to_string(version));
  if (version == 3) return problem(ProblemKind::conflict, "The version is in force.");
  return fake_policy_version(4, false);
}

Operations::Result FakeOperations::baselines(const Caller&, const std::string& object) {
  if (object != "web-042") return no_such("object " + object);
  return fake_baselines(object);
}

Operations::Result FakeOperations::baseline_proposals(const Caller&, const std::string& object,
                                                      std::uint32_t) {
  if (!object.empty() && object != "web-042") return no_such("object " + object);
  return fake_proposals(object);
}

Operations::Result FakeOperations::accept_baselines(const Caller&,
                                                    const BaselineAcceptance& acceptance) {
  if (acceptance.object == "new") {
    return problem(ProblemKind::conflict, "There are only 2 hours of history.");
  }
  if (acceptance.object != "web-042") return no_such("object " + acceptance.object);
  note("accept " + acceptance.object + " " + std::string{name_of(acceptance.vectors.at(0))} + " " +
       std::to_string(acceptance.factor));
  return fake_proposals(acceptance.object);
}

tl::expected<std::vector<Delivery>, Problem> FakeOperations::notices(const Caller&,
                                                                     const DeliveryFilter& filter) {
  if (filter.state == DeliveryState::failed) return std::vector<Delivery>{};
  return fake_notices();
}

Operations::Result FakeOperations::test_notice(const Caller&, const std::string& tenant) {
  if (!tenant.empty() && tenant != "city-042") return no_such("tenant " + tenant);
  return Json{{"results", Json::array({{{"channel", "mail"},
                                        {"address", "noc@city-042.example"},
                                        {"delivered", true},
                                        {"result", "250 2.0.0 Ok"}}})}};
}

Operations::Result FakeOperations::audit(const Caller&, const AuditFilter&) {
  return fake_audit();
}

Operations::Result FakeOperations::verify_audit(const Caller&) {
  return Json{{"intact", true},
              {"entries", 1},
              {"last_hash", std::string(64, 'a')},
              {"first_fault", nullptr},
              {"detail", ""}};
}

tl::expected<std::string, Problem> FakeOperations::metrics() {
  return "# TYPE sekimori_up gauge\nsekimori_up 1\n";
}

void FakeOperations::note_refusal(const Caller& caller, std::string_view method,
                                  std::string_view path, const Problem& problem) {
  note("refused " + std::string{method} + " " + std::string{path} + " to " + caller.person + ": " +
       std::string{text_of(problem.kind).name});
}

}  // namespace sekimori::test
