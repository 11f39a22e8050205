#include "control/api/model_json.hpp"
#include "control/api/routes.hpp"
#include "control/api/schema_words.hpp"

namespace sekimori {
namespace {

using RouteReply = tl::expected<Reply, Problem>;

RouteReply list_baselines(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.baselines(caller, text_of(input, "object")));
}

RouteReply list_proposals(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(
      operations.baseline_proposals(caller, text_of(input, "object"),
                                    static_cast<std::uint32_t>(whole_of(input, "limit").value())));
}

Vector vector_of(const Json& name) {
  for (const Vector vector : all_vectors()) {
    if (name_of(vector) == name) return vector;
  }
  return {};
}

RouteReply accept_baselines(Operations& operations, const Caller& caller, const Input& input) {
  BaselineAcceptance acceptance{.object = input.body.at("object").get<std::string>(),
                                .vectors = {},
                                .factor = input.body.value("factor", 1.0)};
  for (const Json& name : input.body.at("vectors")) acceptance.vectors.push_back(vector_of(name));
  return json_reply(operations.accept_baselines(caller, acceptance));
}

RouteReply list_notices(Operations& operations, const Caller& caller, const Input& input) {
  DeliveryFilter filter{.incident = whole_of(input, "incident"),
                        .state = {},
                        .tenant = {},
                        .at_most = whole_of(input, "limit").value()};
  if (const std::string state = text_of(input, "state"); !state.empty()) {
    filter.state = entry_of<DeliveryState>(delivery_state_names, state);
  }
  if (std::string tenant = text_of(input, "tenant"); !tenant.empty()) {
    filter.tenant = std::move(tenant);
  }
  const auto deliveries = operations.notices(caller, filter);
  if (!deliveries) return tl::unexpected{deliveries.error()};
  Json page{{"notices", Json::array()}};
  for (const Delivery& delivery : *deliveries) page["notices"].push_back(notice_json(delivery));
  return Reply{.json = std::move(page), .text = {}};
}

RouteReply test_notice(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.test_notice(caller, input.body.value("tenant", std::string{})));
}

RouteReply list_audit(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.audit(
      caller, {.from = whole_of(input, "from").value(),
               .limit = static_cast<std::uint32_t>(whole_of(input, "limit").value())}));
}

RouteReply verify_audit(Operations& operations, const Caller& caller, const Input&) {
  return json_reply(operations.verify_audit(caller));
}

Parameter from_parameter() {
  Json schema = schema::whole(0, INT64_MAX);
  schema["default"] = 0;
  return {"from", std::move(schema), "The lowest sequence number: the `next` of the page before"};
}

std::vector<Route> baseline_routes() {
  return {
      {.method = "GET",
       .path = "/v1/baselines/{object}",
       .operation = "showBaselines",
       .summary = "What was learned about an object, and what was accepted",
       .path_parameters = {object_parameter("object")},
       .response = "BaselineList",
       .problems = {ProblemKind::not_found},
       .run = list_baselines},
      {.method = "GET",
       .path = "/v1/baseline-proposals",
       .operation = "listBaselineProposals",
       .summary = "Thresholds that history suggests, with the reason for each",
       .query = {object_parameter("object"), limit_parameter(max_page)},
       .response = "BaselineProposals",
       .problems = {ProblemKind::not_found},
       .run = list_proposals},
      {.method = "POST",
       .path = "/v1/baseline-proposals/accept",
       .operation = "acceptBaselines",
       .summary = "Take proposed thresholds into use",
       .duty = Duty::operator_duty,
       .request = "BaselineAcceptance",
       .response = "BaselineProposals",
       .problems = {ProblemKind::not_found, ProblemKind::conflict},
       .max_body_bytes = small_body_bytes,
       .run = accept_baselines},
  };
}

std::vector<Route> notice_routes() {
  return {
      {.method = "GET",
       .path = "/v1/notices",
       .operation = "listNotices",
       .summary = "Notices and what became of them, the newest first",
       .query = {identifier_parameter("incident", "Only those about this incident"),
                 {"state", schema::one_of(delivery_state_names), "Only those in this state"},
                 {"tenant", schema::text(1, 63), "Only those to this tenant"},
                 limit_parameter(100)},
       .response = "NoticePage",
       .run = list_notices},
      {.method = "POST",
       .path = "/v1/notices/test",
       .operation = "testNotice",
       .summary = "Send a test notice to each contact of a tenant or of the operators",
       .duty = Duty::operator_duty,
       .request = "NoticeTest",
       .response = "NoticeTestResults",
       .problems = {ProblemKind::not_found},
       .max_body_bytes = small_body_bytes,
       .run = test_notice},
  };
}

std::vector<Route> audit_routes() {
  return {
      {.method = "GET",
       .path = "/v1/audit",
       .operation = "listAudit",
       .summary = "The audit, the oldest entry first",
       .query = {from_parameter(), limit_parameter(100)},
       .response = "AuditPage",
       .run = list_audit},
      {.method = "GET",
       .path = "/v1/audit/verify",
       .operation = "verifyAudit",
       .summary = "Whether the audit's chain of hashes is whole",
       .response = "AuditVerification",
       .run = verify_audit},
  };
}

}  // namespace

std::vector<Route> record_routes() {
  std::vector<Route> table;
  for (auto& part : {baseline_routes(), notice_routes(), audit_routes()}) {
    table.insert(table.end(), part.begin(), part.end());
  }
  return table;
}

}  // namespace sekimori
