#include <sodium.h>

#include "control/api/routes.hpp"
#include "control/api/schema_words.hpp"
#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

using RouteReply = tl::expected<Reply, Problem>;

constexpr std::uint32_t usual_shadow_s = 60;
constexpr std::uint32_t usual_confirm_within_s = 600;
/// JSON writes line ends and quotation marks with one byte more.
constexpr std::size_t policy_body_bytes = 2 * max_policy_text_bytes;

RouteReply show_policy(Operations& operations, const Caller& caller, const Input&) {
  return json_reply(operations.policy(caller));
}

RouteReply list_versions(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(
      operations.policy_versions(caller, whole_of(input, "before"),
                                 static_cast<std::uint32_t>(whole_of(input, "limit").value())));
}

RouteReply show_version(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.policy_version(caller, whole_of(input, "version").value()));
}

std::string policy_of(const Input& input) {
  return input.body.at("text").get<std::string>();
}

RouteReply check(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.check_policy(caller, policy_of(input)));
}

RouteReply diff(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.diff_policy(caller, policy_of(input)));
}

/// The bytes of a base64 text (RFC 4648, section 4); empty if it is none.
std::string from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &length, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size()) {
    return {};
  }
  bytes.resize(length);
  return bytes;
}

RouteReply shadow(Operations& operations, const Caller& caller, const Input& input) {
  ShadowRequest request{.text = policy_of(input),
                        .last_s = input.body.value("last_s", usual_shadow_s),
                        .capture = {}};
  if (input.body.contains("capture")) {
    if (input.body.contains("last_s")) {
      return tl::unexpected{
          Problem{.kind = ProblemKind::invalid,
                  .detail = "A candidate is tried either on samples or on a capture.",
                  .faults = {{.place = "/last_s", .rule = "has to be left out beside /capture"}}}};
    }
    request.last_s = 0;
    request.capture = from_base64(input.body["capture"].get_ref<const std::string&>());
    if (request.capture.empty()) {
      return tl::unexpected{Problem{
          .kind = ProblemKind::invalid,
          .detail = "The capture cannot be read.",
          .faults = {{.place = "/capture", .rule = "has to be base64 (RFC 4648, section 4)"}}}};
    }
  }
  return json_reply(operations.shadow_policy(caller, request));
}

RouteReply commit(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(operations.commit_policy(
      caller, {.text = policy_of(input),
               .comment = input.body.at("comment").get<std::string>(),
               .confirm_within_s = input.body.value("confirm_within_s", usual_confirm_within_s)}));
}

RouteReply confirm(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(
      operations.confirm_policy(caller, input.body.at("version").get<std::uint64_t>()));
}

RouteReply rollback(Operations& operations, const Caller& caller, const Input& input) {
  return json_reply(
      operations.rollback_policy(caller, input.body.at("version").get<std::uint64_t>()));
}

Route policy_action(std::string_view path, std::string_view operation, std::string_view summary) {
  return {.method = "POST",
          .path = path,
          .operation = operation,
          .summary = summary,
          .duty = Duty::operator_duty,
          .max_body_bytes = policy_body_bytes};
}

std::vector<Route> reading_routes() {
  return {
      {.method = "GET",
       .path = "/v1/policy",
       .operation = "showPolicy",
       .summary = "The policy in force, with its text",
       .response = "PolicyVersion",
       .problems = {ProblemKind::not_found},
       .run = show_policy},
      {.method = "GET",
       .path = "/v1/policy/versions",
       .operation = "listPolicyVersions",
       .summary = "The history of the policy, the newest version first",
       .query = {before_parameter(), limit_parameter(50)},
       .response = "PolicyVersionPage",
       .run = list_versions},
      {.method = "GET",
       .path = "/v1/policy/versions/{version}",
       .operation = "showPolicyVersion",
       .summary = "One version, with its text",
       .path_parameters = {identifier_parameter("version", "The number of a version")},
       .response = "PolicyVersion",
       .problems = {ProblemKind::not_found},
       .run = show_version},
  };
}

}  // namespace

std::vector<Route> policy_routes() {
  std::vector<Route> table = reading_routes();
  const auto add = [&](Route route, std::string_view request, std::string_view response,
                       std::vector<ProblemKind> problems, auto run) {
    route.request = request;
    route.response = response;
    route.problems = std::move(problems);
    route.run = run;
    table.push_back(std::move(route));
  };
  add(policy_action("/v1/policy/check", "checkPolicy", "Check a policy and tell all its faults"),
      "PolicyCandidate", "PolicyCheck", {}, check);
  add(policy_action("/v1/policy/diff", "diffPolicy",
                    "What a policy would change for whom, beside the one in force"),
      "PolicyCandidate", "PolicyDiff", {}, diff);
  add(policy_action("/v1/policy/shadow", "shadowPolicy",
                    "What a policy would drop of recent samples or of a capture"),
      "ShadowRequest", "PolicyShadow", {ProblemKind::conflict, ProblemKind::upstream_failed},
      shadow);
  add(policy_action("/v1/policy/commit", "commitPolicy",
                    "Put a policy in force; the one before returns unless it is confirmed"),
      "CommitRequest", "PolicyVersion", {ProblemKind::conflict, ProblemKind::upstream_failed},
      commit);
  add(policy_action("/v1/policy/confirm", "confirmPolicy", "Keep a version that was committed"),
      "VersionRequest", "PolicyVersion",
      {ProblemKind::not_found, ProblemKind::conflict, ProblemKind::upstream_failed}, confirm);
  add(policy_action("/v1/policy/rollback", "rollbackPolicy", "Put an older version in force"),
      "VersionRequest", "PolicyVersion",
      {ProblemKind::not_found, ProblemKind::conflict, ProblemKind::upstream_failed}, rollback);
  for (Route& route : table) {
    if (route.request == "VersionRequest") route.max_body_bytes = small_body_bytes;
  }
  return table;
}

}  // namespace sekimori
