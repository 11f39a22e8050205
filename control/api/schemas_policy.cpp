// Policies as transactions: check, diff, shadow, commit, confirm, rollback.

#include "control/api/schema_words.hpp"
#include "control/api/schemas.hpp"
#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

using namespace schema;

Json policy_text() {
  return text(1, max_policy_text_bytes);
}

Json policy_version() {
  return record({
      {"version", whole(1, INT64_MAX)},
      {"id", text(64), "of the compiled policy"},
      {"state", one_of({"in-force", "waiting-for-confirmation", "replaced", "rolled-back"})},
      {"person", text(64), "who committed it"},
      {"comment", text(500)},
      {"committed_ms", moment()},
      {"confirm_by_ms", or_null(moment()), "when the version before returns unless confirmed"},
      {"confirmed_by", text(64), "empty: nobody yet"},
      optional("text", text(max_policy_text_bytes), "in TOML; not in lists"),
  });
}

Json policy_change() {
  return record({
      {"kind", one_of({"added", "removed", "changed"})},
      {"place", text(200), "\"box\", \"object web\", \"tenant city\""},
      {"tenant", text(63), "whom it concerns; empty: nobody in particular"},
      {"key", text(200), "of the policy; empty when the whole place is added or removed"},
      {"before", text(1000)},
      {"after", text(1000)},
      {"effect", text(1000), "what that means, in a sentence"},
  });
}

Json policy_shadow() {
  return record({
      {"from", one_of({"samples", "capture"})},
      {"seconds", number(0), "of traffic that were replayed"},
      {"packets", count(), "that they stand for"},
      {"objects", list(component("ShadowObject")), "those for which something changes"},
      {"known_good", list(component("ShadowSource")),
       "sources that proved themselves and would lose packets"},
      {"notes", list(text(1000)), "what the result does not show, in sentences"},
  });
}

}  // namespace

Json policy_schemas() {
  return {
      {"PolicyVersion", policy_version()},
      {"PolicyVersionPage",
       record({{"versions", list(component("PolicyVersion")), "the newest first"},
               {"next", or_null(count()), "`before` of the next page; null on the last"}})},
      {"PolicyCandidate", record({{"text", policy_text(), "in TOML"}})},
      {"PolicyCheck", record({{"valid", flag()},
                              {"id", text(64), "of the compiled policy; empty if not valid"},
                              {"summary", text(1000)},
                              {"faults", list(component("InputFault"))}})},
      {"PolicyDiff", record({{"same", flag()},
                             {"changes", list(component("PolicyChange"))},
                             {"affected_objects", count()},
                             {"affected_tenants", list(text(63))}})},
      {"PolicyChange", policy_change()},
      {"ShadowRequest",
       record({{"text", policy_text(), "in TOML"},
               optional("last_s", whole(1, 3600), "samples of so many seconds; 60 if missing"),
               optional("capture",
                        {{"type", "string"},
                         {"minLength", 4},
                         {"maxLength", 12U << 20},
                         {"contentEncoding", "base64"}},
                        "a pcap file of traffic from outside, instead of samples")})},
      {"PolicyShadow", policy_shadow()},
      {"ShadowObject", record({{"object", text(63)},
                               {"tenant", text(63)},
                               {"packets", number(0)},
                               {"dropped_before", number(0), "by the policy in force"},
                               {"dropped_after", number(0), "by the candidate"},
                               {"reasons", list(component("Share")), "of the latter"}})},
      {"ShadowSource", record({{"source", text(64)},
                               {"object", text(63)},
                               {"packets", number(0)},
                               {"dropped", number(0)},
                               {"reason", text(200)}})},
      {"CommitRequest",
       record({{"text", policy_text(), "in TOML"},
               {"comment", text(1, 500), "why, for the history and the audit"},
               optional("confirm_within_s", whole(0, 86'400),
                        "without confirmation in this time the version before returns; 0: needs "
                        "none; 600 if missing")})},
      {"VersionRequest", record({{"version", whole(1, INT64_MAX)}})},
  };
}

}  // namespace sekimori
