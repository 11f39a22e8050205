#include "control/api/model_json.hpp"
#include "control/api/routes.hpp"
#include "control/api/schema_words.hpp"
#include "control/model/incident_json.hpp"
#include "control/model/incident_report.hpp"

namespace sekimori {
namespace {

using RouteReply = tl::expected<Reply, Problem>;

RouteReply list_incidents(Operations& operations, const Caller& caller, const Input& input) {
  const auto limit = static_cast<std::uint32_t>(whole_of(input, "limit").value());
  const auto incidents = operations.incidents(caller, {.state = text_of(input, "state"),
                                                       .object = text_of(input, "object"),
                                                       .before = whole_of(input, "before"),
                                                       .limit = limit});
  if (!incidents) return tl::unexpected{incidents.error()};
  Json page{{"incidents", Json::array()}, {"next", nullptr}};
  for (const Incident& incident : *incidents) {
    page["incidents"].push_back(incident_summary_json(incident));
  }
  if (incidents->size() >= limit) page["next"] = incidents->back().id;
  return Reply{.json = std::move(page), .text = {}};
}

RouteReply show_incident(Operations& operations, const Caller& caller, const Input& input) {
  const auto incident = operations.incident(caller, whole_of(input, "id").value());
  if (!incident) return tl::unexpected{incident.error()};
  return Reply{.json = incident_json(*incident), .text = {}};
}

RouteReply report_incident(Operations& operations, const Caller& caller, const Input& input) {
  const auto incident = operations.incident(caller, whole_of(input, "id").value());
  if (!incident) return tl::unexpected{incident.error()};
  if (input.media_type == "text/markdown") {
    return Reply{.json = {}, .text = incident_markdown(*incident)};
  }
  if (input.media_type == "text/plain") return Reply{.json = {}, .text = incident_text(*incident)};
  return Reply{.json = incident_json(*incident), .text = {}};
}

RouteReply list_actions(Operations& operations, const Caller& caller, const Input& input) {
  const auto actions =
      operations.actions(caller, entry_of<ActionState>(action_state_names, text_of(input, "state")),
                         static_cast<std::uint32_t>(whole_of(input, "limit").value()));
  if (!actions) return tl::unexpected{actions.error()};
  Json page{{"actions", Json::array()}};
  for (const ListedAction& action : *actions) page["actions"].push_back(listed_action_json(action));
  return Reply{.json = std::move(page), .text = {}};
}

using Decision = tl::expected<ListedAction, Problem> (Operations::*)(const Caller&, std::uint64_t,
                                                                     const std::string&);

/// Two persons decide: who asked for an action has no say in whether it is taken.
RouteReply decide(Operations& operations, const Caller& caller, const Input& input,
                  Decision decision) {
  const std::uint64_t id = whole_of(input, "id").value();
  const auto requester = operations.action_requester(id);
  if (!requester) return tl::unexpected{requester.error()};
  if (*requester == caller.person) {
    return tl::unexpected{Problem{.kind = ProblemKind::own_request,
                                  .detail = caller.person + " asked for action " +
                                            std::to_string(id) +
                                            "; another person of duty approver has to decide it.",
                                  .faults = {}}};
  }
  const auto action =
      (operations.*decision)(caller, id, input.body.at("comment").get<std::string>());
  if (!action) return tl::unexpected{action.error()};
  return Reply{.json = listed_action_json(*action), .text = {}};
}

RouteReply approve(Operations& operations, const Caller& caller, const Input& input) {
  return decide(operations, caller, input, &Operations::approve_action);
}

RouteReply reject(Operations& operations, const Caller& caller, const Input& input) {
  return decide(operations, caller, input, &Operations::reject_action);
}

std::vector<Route> reading_routes() {
  const Parameter id = identifier_parameter("id", "The number of an incident");
  return {
      {.method = "GET",
       .path = "/v1/incidents",
       .operation = "listIncidents",
       .summary = "Incidents, the newest first",
       .query = {{"state", schema::one_of({"open", "ended"}), "Only those in this state"},
                 object_parameter("object"),
                 before_parameter(),
                 limit_parameter(50)},
       .response = "IncidentPage",
       .run = list_incidents},
      {.method = "GET",
       .path = "/v1/incidents/{id}",
       .operation = "showIncident",
       .summary = "All that is known about an incident",
       .path_parameters = {id},
       .response = "Incident",
       .problems = {ProblemKind::not_found},
       .run = show_incident},
      {.method = "GET",
       .path = "/v1/incidents/{id}/report",
       .operation = "reportIncident",
       .summary = "The same for people: as text for a terminal, or in Markdown",
       .path_parameters = {id},
       .response = "Incident",
       .media_types = {"text/plain", "text/markdown", "application/json"},
       .problems = {ProblemKind::not_found},
       .run = report_incident},
      {.method = "GET",
       .path = "/v1/actions",
       .operation = "listActions",
       .summary = "Steps of the ladder, the newest first",
       .query = {{"state", schema::one_of(action_state_names), "Only those in this state"},
                 limit_parameter(100)},
       .response = "ActionPage",
       .run = list_actions},
  };
}

Route decision_route(std::string_view path, std::string_view operation, std::string_view summary) {
  return {.method = "POST",
          .path = path,
          .operation = operation,
          .summary = summary,
          .duty = Duty::approver,
          .path_parameters = {identifier_parameter("id", "The number of an action")},
          .request = "ActionDecision",
          .response = "Action",
          .problems = {ProblemKind::own_request, ProblemKind::not_found, ProblemKind::conflict},
          .max_body_bytes = small_body_bytes};
}

}  // namespace

std::vector<Route> incident_routes() {
  std::vector<Route> table = reading_routes();
  table.push_back(
      decision_route("/v1/actions/{id}/approve", "approveAction", "Let an action be taken"));
  table.back().run = approve;
  table.push_back(
      decision_route("/v1/actions/{id}/reject", "rejectAction", "Keep an action from being taken"));
  table.back().run = reject;
  return table;
}

}  // namespace sekimori
