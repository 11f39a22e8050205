// Baselines, notices, the audit and problems.

#include "control/api/schema_words.hpp"
#include "control/api/schemas.hpp"
#include "control/model/delivery.hpp"
#include "control/model/vector.hpp"

namespace sekimori {
namespace {

using namespace schema;

Json baseline() {
  return record({
      {"object", text(63)},
      {"vector", component("VectorName")},
      {"unit", text(32)},
      {"threshold", or_null(number(0)), "accepted; null: none"},
      {"accepted_ms", or_null(moment())},
      {"accepted_by", text(64)},
      {"observed_hours", number(0), "that history covers"},
      {"median", or_null(number(0))},
      {"high", or_null(number(0)), "the quantile that proposals start from"},
  });
}

Json baseline_proposal() {
  return record({
      {"object", text(63)},
      {"vector", component("VectorName")},
      {"unit", text(32)},
      {"present", or_null(number(0)), "the threshold that holds now; null: none"},
      {"proposed", number(0)},
      {"bounded_by_capacity", flag()},
      {"observed_hours", number(0)},
      {"reason", text(1000)},
  });
}

Json notice() {
  return record({
      {"key", text(64)},
      {"incident", or_null(count()), "null: a test"},
      {"occasion", one_of(occasion_names)},
      {"channel", one_of(channel_names)},
      {"address", text(1000), "of mail, or a URL"},
      {"tenant", text(63), "whose contact it is; empty: the operators'"},
      {"subject", text(500)},
      {"state", one_of(delivery_state_names)},
      {"attempts", count()},
      {"created_ms", moment()},
      {"finished_ms", or_null(moment())},
      {"result", text(2000), "of the last attempt; empty before it"},
  });
}

Json audit_entry() {
  return record({
      {"sequence", count()},
      {"at_ms", moment()},
      {"person", text(64), "or the program that acted by itself"},
      {"duty", text(16)},
      {"what", text(200), "\"policy.commit\", \"action.approve\", \"request.refused\""},
      {"detail", text(100'000)},
      {"hash", text(64), "of this entry and the one before, hexadecimal"},
  });
}

Json problem() {
  Json schema = record({
      {"type", text(100)},
      {"title", text(200)},
      {"status", whole(400, 599)},
      {"detail", text(4000)},
      {"instance", text(8192)},
      optional("errors", list(component("InputFault")), "what in the input breaks which rule"),
  });
  schema["description"] = "RFC 9457";
  return schema;
}

}  // namespace

Json record_schemas() {
  Json vectors = list(component("VectorName"), vector_count);
  vectors["minItems"] = 1;
  return {
      {"Baseline", baseline()},
      {"BaselineList", record({{"baselines", list(component("Baseline"))}})},
      {"BaselineProposal", baseline_proposal()},
      {"BaselineProposals", record({{"proposals", list(component("BaselineProposal"))}})},
      {"BaselineAcceptance",
       record({{"object", text(1, 63)},
               {"vectors", vectors, "whose proposals are accepted"},
               optional("factor", {{"type", "number"}, {"minimum", 0.1}, {"maximum", 10}},
                        "multiplies what is proposed; 1 if missing")})},
      {"Notice", notice()},
      {"NoticePage", record({{"notices", list(component("Notice")), "the newest first"}})},
      {"NoticeTest", record({optional("tenant", text(1, 63), "the operators if missing")})},
      {"NoticeTestResults", record({{"results", list(component("NoticeTestResult"))}})},
      {"NoticeTestResult", record({{"channel", one_of(channel_names)},
                                   {"address", text(1000)},
                                   {"delivered", flag()},
                                   {"result", text(2000), "in words"}})},
      {"AuditEntry", audit_entry()},
      {"AuditPage",
       record({{"entries", list(component("AuditEntry")), "the oldest first"},
               {"next", or_null(count()), "`from` of the next page; null: the last"}})},
      {"AuditVerification",
       record({{"intact", flag()},
               {"entries", count(), "that were checked"},
               {"last_hash", text(64)},
               {"first_fault", or_null(count()), "the first sequence number that is wrong"},
               {"detail", text(1000)}})},
      {"InputFault", record({{"place", text(2000), "a JSON pointer, a parameter, or line:column"},
                             {"rule", text(2000)}})},
      {"Problem", problem()},
      {"OpenApiDocument",
       {{"type", "object"}, {"required", {"openapi", "info", "paths", "components"}}}},
  };
}

}  // namespace sekimori
