// Every route of sekimori-control itself, beside the OpenAPI document that it serves: first without
// a dataplane, which the answers have to say, then with one that takes its policies.

#include "tests/support/contract.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "control/api/openapi.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/stand_in_dataplane.hpp"
#include "tests/support/test_api.hpp"
#include "tests/unit/control/daemon/control_process.hpp"

namespace sekimori {
namespace {

using test::ask;
using test::request_text;

constexpr const char* policy_text =
    "[[tenant]]\\nname = \\\"city\\\"\\n\\n[[object]]\\nname = \\\"web\\\"\\nprefixes = "
    "[\\\"192.0.2.1\\\"]\\ntenant = \\\"city\\\"\\nthreshold.syn = \\\"10k\\\"\\n";
constexpr const char* wrong_policy =
    "[[object]]\\nname = \\\"web\\\"\\nprefixes = [\\\"192.0.2.1/8\\\"]\\n";

struct Step {
  std::string operation;
  std::string target;
  std::string body;
  int status;
  std::string contains = {};
};

std::string with_text(const std::string& text, const std::string& more = "") {
  return R"({"text":")" + text + "\"" + more + "}";
}

const std::string comment = R"(,"comment":"first","confirm_within_s":600)";

std::vector<Step> steps_without_dataplane() {
  return {
      {"showStatus", "/v1/status", "", 200, R"("state":"not-connected")"},
      {"showDescription", "/v1/openapi.json", "", 200},
      {"showMetrics", "/metrics", "", 200, "sekimori_"},
      {"showPolicy", "/v1/policy", "", 404},
      {"listPolicyVersions", "/v1/policy/versions", "", 200},
      {"listObjects", "/v1/objects", "", 200, R"("objects":[])"},
      {"checkPolicy", "/v1/policy/check", with_text(policy_text), 200, R"("valid":true)"},
      {"checkPolicy", "/v1/policy/check", with_text(wrong_policy), 200, "policy.toml:3:13"},
      {"diffPolicy", "/v1/policy/diff", with_text(policy_text), 200, R"("affected_objects":1)"},
      {"diffPolicy", "/v1/policy/diff", with_text(wrong_policy), 422, "policy.toml:3:13"},
      {"commitPolicy", "/v1/policy/commit", with_text(wrong_policy, comment), 422},
      {"commitPolicy", "/v1/policy/commit", with_text(policy_text, comment), 502,
       "no dataplane answers"},
      {"showPolicy", "/v1/policy", "", 404},
      {"showPolicyVersion", "/v1/policy/versions/1", "", 200, R"("state":"rolled-back")"},
  };
}

/// In this order: what a step changes, the later ones see. Version 1 came to nothing before.
std::vector<Step> steps_with_dataplane() {
  return {
      // There is nothing yet that could return, so the first one is in force at once.
      {"commitPolicy", "/v1/policy/commit", with_text(policy_text, comment), 200,
       R"("state":"in-force")"},
      {"commitPolicy", "/v1/policy/commit", with_text(policy_text, comment), 200,
       R"("state":"waiting-for-confirmation")"},
      {"commitPolicy", "/v1/policy/commit", with_text(policy_text, comment), 409},
      {"confirmPolicy", "/v1/policy/confirm", R"({"version":9})", 404},
      {"confirmPolicy", "/v1/policy/confirm", R"({"version":3})", 200, R"("confirmed_by":"aiko")"},
      {"confirmPolicy", "/v1/policy/confirm", R"({"version":3})", 409},
      {"showPolicy", "/v1/policy", "", 200, R"("text":)"},
      {"showPolicyVersion", "/v1/policy/versions/3", "", 200, R"("state":"in-force")"},
      {"showPolicyVersion", "/v1/policy/versions/9", "", 404},
      {"listPolicyVersions", "/v1/policy/versions?limit=1", "", 200, R"("version":3)"},
      {"diffPolicy", "/v1/policy/diff", with_text(policy_text), 200, R"("same":true)"},
      {"listObjects", "/v1/objects?tenant=city&state=normal&limit=1", "", 200, R"("name":"web")"},
      {"showObject", "/v1/objects/web", "", 200, R"("vector":"syn")"},
      {"showObject", "/v1/objects/none", "", 404},
      {"listIncidents", "/v1/incidents?state=open&object=web", "", 200},
      {"showIncident", "/v1/incidents/1", "", 404},
      {"reportIncident", "/v1/incidents/1/report", "", 404},
      {"listActions", "/v1/actions?state=waiting", "", 200},
      {"approveAction", "/v1/actions/1/approve", R"({"comment":"go"})", 404},
      {"rejectAction", "/v1/actions/1/reject", R"({"comment":"no"})", 404},
      {"showBaselines", "/v1/baselines/web", "", 200},
      {"showBaselines", "/v1/baselines/none", "", 404},
      {"listBaselineProposals", "/v1/baseline-proposals", "", 200},
      {"listBaselineProposals", "/v1/baseline-proposals?object=none", "", 404},
      {"acceptBaselines", "/v1/baseline-proposals/accept", R"({"object":"web","vectors":["syn"]})",
       409},
      {"acceptBaselines", "/v1/baseline-proposals/accept", R"({"object":"no","vectors":["syn"]})",
       404},
      {"listNotices", "/v1/notices", "", 200},
      {"testNotice", "/v1/notices/test", R"({"tenant":"city"})", 404},
      {"rollbackPolicy", "/v1/policy/rollback", R"({"version":9})", 404},
      {"rollbackPolicy", "/v1/policy/rollback", R"({"version":2})", 200, R"("version":4)"},
      {"listAudit", "/v1/audit", "", 200, R"("person":"aiko")"},
      {"listAudit", "/v1/audit?from=2&limit=1", "", 200},
      {"verifyAudit", "/v1/audit/verify", "", 200, R"("intact":true)"},
  };
}

class ControlContract : public testing::Test {
 protected:
  test::ClientFiles person(const std::string& name, Duty duty) {
    const AuthorityFiles files = control_.authority();
    const auto paths = make_person_certificate(files, name, duty);
    EXPECT_TRUE(paths) << paths.error();
    return {.authority = files.certificate(),
            .certificate = files.persons() / (name + ".crt"),
            .key = files.persons() / (name + ".key")};
  }

  void expect(test::Contract& contract, const test::ClientFiles& client,
              const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      SCOPED_TRACE(step.operation + " " + step.target + " " + step.body);
      const Route& route = test::route_of(step.operation);
      const auto answer =
          ask(control_.port(), client, request_text(route.method, step.target, step.body));
      EXPECT_EQ(answer.status, step.status) << answer.body;
      EXPECT_EQ(contract.fault(route, answer), "") << answer.body;
      EXPECT_THAT(answer.body, testing::HasSubstr(step.contains));
    }
  }

  /// Whether the status tells of a dataplane.
  bool is_connected(const test::ClientFiles& client) {
    return ask(control_.port(), client, request_text("GET", "/v1/status"))
               .body.find(R"("state":"connected")") != std::string::npos;
  }

  test::ControlProcess control_;
};

TEST_F(ControlContract, EveryAnswerIsAsDescribed) {
  const test::ClientFiles aiko = person("aiko", Duty::approver);
  const auto description = ask(control_.port(), aiko, request_text("GET", "/v1/openapi.json"));
  ASSERT_EQ(description.status, 200);
  test::Contract contract{Json::parse(description.body)};
  EXPECT_EQ(contract.document(), openapi_document());
  expect(contract, aiko, steps_without_dataplane());

  const test::StandInDataplane dataplane{control_.management()};
  ASSERT_TRUE(lab::wait_until(std::chrono::seconds{60}, [&] { return is_connected(aiko); }));
  expect(contract, aiko, steps_with_dataplane());
  for (const Route& route : routes()) {
    const bool seen = contract.saw(route, 200) || contract.saw(route, 404);
    // A trial needs traffic, of which there is none.
    EXPECT_TRUE(seen || route.operation == "shadowPolicy") << route.operation;
  }
  EXPECT_EQ(control_.stop(), 0);
}

TEST_F(ControlContract, DutiesHoldAndRefusalsAreAudited) {
  const test::ClientFiles ben = person("ben", Duty::viewer);
  for (const Route& route : routes()) {
    if (route.duty == Duty::viewer) continue;
    std::string target{route.path};
    if (const std::size_t at = target.find("{id}"); at != std::string::npos) {
      target.erase(at, 3);
      target[at] = '1';
    }
    EXPECT_EQ(ask(control_.port(), ben, request_text(route.method, target, "{}")).status, 403)
        << route.operation;
  }
  const auto audit = ask(control_.port(), ben, request_text("GET", "/v1/audit"));
  EXPECT_THAT(audit.body, testing::HasSubstr(R"("person":"ben")"));
  EXPECT_THAT(audit.body, testing::HasSubstr("/v1/policy/commit"));
}

}  // namespace
}  // namespace sekimori
