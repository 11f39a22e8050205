#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "control/api/problem.hpp"
#include "control/model/delivery.hpp"
#include "control/model/incident.hpp"
#include "control/pki/duty.hpp"

namespace sekimori {

/// Who calls: what the client's certificate says, for decisions and for the audit.
struct Caller {
  std::string person;
  Duty duty = Duty::viewer;
  std::string serial;   ///< of the certificate, in hexadecimal
  std::string address;  ///< from which the connection comes
};

/// Which objects are listed, in the order of their names.
struct ObjectFilter {
  std::string tenant;  ///< empty: of all
  std::string state;   ///< one of `object_state_names`; empty: all
  std::string after;   ///< only names behind this one; empty: from the first on
  std::uint32_t limit = 0;
};

/// How an object fares: the gravest of its vectors. Behind "alert" stand the ladder's steps.
inline constexpr std::array<std::string_view, 3 + step_count> object_state_names{
    "normal", "alert", step_names[0], step_names[1], step_names[2], step_names[3], "recovery"};

/// Which incidents are listed, the newest first.
struct IncidentFilter {
  std::string state;  ///< "open" or "ended"; empty: both
  std::string object;
  std::optional<std::uint64_t> before;  ///< only identifiers below
  std::uint32_t limit = 0;
};

/// An action apart from its incident.
struct ListedAction {
  ActionRecord record;
  std::optional<std::uint64_t> incident;
  std::string requested_by;  ///< a person; empty: the ladder
};

struct AuditFilter {
  std::uint64_t from = 0;  ///< the lowest sequence number
  std::uint32_t limit = 0;
};

struct CommitRequest {
  std::string text;  ///< the policy in TOML
  std::string comment;
  /// Without confirmation within this time the version before returns. 0: needs none.
  std::uint32_t confirm_within_s = 0;
};

/// What a candidate is tried on: the last samples, or a capture.
struct ShadowRequest {
  std::string text;          ///< the policy in TOML
  std::uint32_t last_s = 0;  ///< samples of so many seconds, when there is no capture
  std::string capture;       ///< the bytes of a pcap file from outside; empty: none
};

struct BaselineAcceptance {
  std::string object;
  std::vector<Vector> vectors;  ///< whose proposals are accepted
  double factor = 1;            ///< by which the proposed thresholds are multiplied
};

/// All that the API can be asked for: one method for each operation. The HTTP layer has already
/// checked the caller's duty, and the input against the operation's schema (control/api/routes.cpp
/// and control/api/schemas_*.cpp), so lengths and ranges hold. Results have the shape that the
/// response schema of the operation gives; docs/openapi.json shows all of them.
///
/// Methods are called from several threads at once. They do not throw. Whatever changes something
/// records `Caller` in the audit itself.
class Operations {
 public:
  using Result = tl::expected<Json, Problem>;

  Operations() = default;
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;
  virtual ~Operations() = default;

  /// Schema Status.
  virtual Result status(const Caller&) = 0;
  /// ObjectPage: {"objects": [ObjectSummary], "next": name or null}.
  virtual Result objects(const Caller&, const ObjectFilter&) = 0;
  /// Object, or not_found.
  virtual Result object(const Caller&, const std::string& name) = 0;

  virtual tl::expected<std::vector<Incident>, Problem> incidents(const Caller&,
                                                                 const IncidentFilter&) = 0;
  virtual tl::expected<Incident, Problem> incident(const Caller&, std::uint64_t id) = 0;

  /// The newest first; no `state`: all.
  virtual tl::expected<std::vector<ListedAction>, Problem> actions(const Caller&,
                                                                   std::optional<ActionState> state,
                                                                   std::uint32_t limit) = 0;
  /// Who asked for an action: a person, or empty when the ladder did; not_found. That person can
  /// neither approve nor reject it; the HTTP layer sees to it.
  virtual tl::expected<std::string, Problem> action_requester(std::uint64_t id) = 0;
  /// The action as it is afterwards; not_found; conflict when it does not wait.
  virtual tl::expected<ListedAction, Problem> approve_action(const Caller&, std::uint64_t id,
                                                             const std::string& comment) = 0;
  virtual tl::expected<ListedAction, Problem> reject_action(const Caller&, std::uint64_t id,
                                                            const std::string& comment) = 0;

  /// PolicyVersion with its text: the one in force.
  virtual Result policy(const Caller&) = 0;
  /// PolicyVersionPage: {"versions": [PolicyVersion without text]}, the newest first; `before` as
  /// for incidents.
  virtual Result policy_versions(const Caller&, std::optional<std::uint64_t> before,
                                 std::uint32_t limit) = 0;
  virtual Result policy_version(const Caller&, std::uint64_t version) = 0;
  /// PolicyCheck. A faulty policy is a result, no problem.
  virtual Result check_policy(const Caller&, const std::string& text) = 0;
  /// PolicyDiff from the policy in force; invalid when the candidate is faulty, with a fault for
  /// each place in the text. The same holds for shadow and commit.
  virtual Result diff_policy(const Caller&, const std::string& text) = 0;
  /// PolicyShadow.
  virtual Result shadow_policy(const Caller&, const ShadowRequest&) = 0;
  /// PolicyVersion; conflict while another version waits for its confirmation.
  virtual Result commit_policy(const Caller&, const CommitRequest&) = 0;
  /// PolicyVersion; conflict when it does not wait.
  virtual Result confirm_policy(const Caller&, std::uint64_t version) = 0;
  /// PolicyVersion: a new one with the text of the old one.
  virtual Result rollback_policy(const Caller&, std::uint64_t version) = 0;

  /// BaselineList: {"baselines": [Baseline]} of one object; not_found.
  virtual Result baselines(const Caller&, const std::string& object) = 0;
  /// BaselineProposals: {"proposals": [BaselineProposal]}. `object` empty: of all.
  virtual Result baseline_proposals(const Caller&, const std::string& object,
                                    std::uint32_t limit) = 0;
  /// BaselineProposals that are in force now; conflict when there is not enough history.
  virtual Result accept_baselines(const Caller&, const BaselineAcceptance&) = 0;

  virtual tl::expected<std::vector<Delivery>, Problem> notices(const Caller&,
                                                               const DeliveryFilter&) = 0;
  /// NoticeTestResults: {"results": [..]}, one for each contact of a tenant, or of the operators if
  /// the name is empty; not_found when there is no such tenant or it has no contacts.
  virtual Result test_notice(const Caller&, const std::string& tenant) = 0;

  /// AuditPage: {"entries": [AuditEntry], "next": sequence number or null}, the oldest first.
  virtual Result audit(const Caller&, const AuditFilter&) = 0;
  /// AuditVerification.
  virtual Result verify_audit(const Caller&) = 0;

  /// Prometheus text, version 0.0.4.
  virtual tl::expected<std::string, Problem> metrics() = 0;

  /// Told of every request that was refused for who called it, so that the audit has it.
  virtual void note_refusal(const Caller&, std::string_view method, std::string_view path,
                            const Problem&) = 0;
};

}  // namespace sekimori
