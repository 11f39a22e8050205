#include "control/api/openapi.hpp"
#include "control/api/routes.hpp"
#include "control/api/schema_words.hpp"

namespace sekimori {
namespace {

using RouteReply = tl::expected<Reply, Problem>;

RouteReply show_status(Operations& operations, const Caller& caller, const Input&) {
  return json_reply(operations.status(caller));
}

RouteReply list_objects(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.objects(
      caller, {.tenant = text_of(input, "tenant"),
               .state = text_of(input, "state"),
               .after = text_of(input, "after"),
               .limit = static_cast<std::uint32_t>(whole_of(input, "limit").value())}));
}

RouteReply show_object(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.object(caller, text_of(input, "name")));
}

RouteReply show_openapi(Operations&, const Caller&, const Input&) {
  return Reply{.json = openapi_document(), .text = {}};
}

RouteReply show_metrics(Operations& operations, const Caller&, const Input&) {
  auto text = operations.metrics();
  if (!text) return tl::unexpected{std::move(text.error())};
  return Reply{.json = {}, .text = std::move(*text)};
}

}  // namespace

std::vector<Route> system_routes() {
  return {
      {.method = "GET",
       .path = "/v1/status",
       .operation = "showStatus",
       .summary = "How Sekimori fares, and what needs a person",
       .response = "Status",
       .run = show_status},
      {.method = "GET",
       .path = "/v1/objects",
       .operation = "listObjects",
       .summary = "Protected objects, in the order of their names",
       .query = {{"tenant", schema::text(1, 63), "Only this tenant's"},
                 {"state", schema::one_of(object_state_names), "Only those in this state"},
                 {"after", schema::text(1, 63), "Only names behind: the `next` of the page before"},
                 limit_parameter(100)},
       .response = "ObjectPage",
       .run = list_objects},
      {.method = "GET",
       .path = "/v1/objects/{name}",
       .operation = "showObject",
       .summary = "An object's rates, thresholds, capacity and measures",
       .path_parameters = {object_parameter("name")},
       .response = "Object",
       .problems = {ProblemKind::not_found},
       .run = show_object},
      {.method = "GET",
       .path = "/v1/openapi.json",
       .operation = "showDescription",
       .summary = "This description",
       .response = "OpenApiDocument",
       .run = show_openapi},
      {.method = "GET",
       .path = "/metrics",
       .operation = "showMetrics",
       .summary = "Metrics for Prometheus, in its text format",
       .media_types = {"text/plain"},
       .run = show_metrics},
  };
}

}  // namespace sekimori
