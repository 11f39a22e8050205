#pragma once

#include <string>

#include "control/api/operations.hpp"
#include "control/daemon/keeper.hpp"
#include "control/daemon/policy_desk.hpp"
#include "control/metrics/metrics.hpp"

namespace sekimori {

/// What the API can be asked for, answered by the running control plane. The methods stand in
/// system_operations.cpp, incident_operations.cpp, policy_operations.cpp and record_operations.cpp.
class KeeperOperations final : public Operations {
 public:
  KeeperOperations(Keeper& keeper, PolicyDesk& desk) : keeper_(keeper), desk_(desk) {}

  Result status(const Caller&) override;
  Result objects(const Caller&, const ObjectFilter&) override;
  Result object(const Caller&, const std::string& name) override;
  tl::expected<std::string, Problem> metrics() override;

  tl::expected<std::vector<Incident>, Problem> incidents(const Caller&,
                                                         const IncidentFilter&) override;
  tl::expected<Incident, Problem> incident(const Caller&, std::uint64_t id) override;
  tl::expected<std::vector<ListedAction>, Problem> actions(const Caller&,
                                                           std::optional<ActionState> state,
                                                           std::uint32_t limit) override;
  tl::expected<std::string, Problem> action_requester(std::uint64_t id) override;
  tl::expected<ListedAction, Problem> approve_action(const Caller&, std::uint64_t id,
                                                     const std::string& comment) override;
  tl::expected<ListedAction, Problem> reject_action(const Caller&, std::uint64_t id,
                                                    const std::string& comment) override;

  Result policy(const Caller&) override;
  Result policy_versions(const Caller&, std::optional<std::uint64_t> before,
                         std::uint32_t limit) override;
  Result policy_version(const Caller&, std::uint64_t version) override;
  Result check_policy(const Caller&, const std::string& text) override;
  Result diff_policy(const Caller&, const std::string& text) override;
  Result shadow_policy(const Caller&, const ShadowRequest&) override;
  Result commit_policy(const Caller&, const CommitRequest&) override;
  Result confirm_policy(const Caller&, std::uint64_t version) override;
  Result rollback_policy(const Caller&, std::uint64_t version) override;

  Result baselines(const Caller&, const std::string& object) override;
  Result baseline_proposals(const Caller&, const std::string& object, std::uint32_t limit) override;
  Result accept_baselines(const Caller&, const BaselineAcceptance&) override;

  tl::expected<std::vector<Delivery>, Problem> notices(const Caller&,
                                                       const DeliveryFilter&) override;
  Result test_notice(const Caller&, const std::string& tenant) override;
  Result audit(const Caller&, const AuditFilter&) override;
  Result verify_audit(const Caller&) override;
  void note_refusal(const Caller&, std::string_view method, std::string_view path,
                    const Problem&) override;

 private:
  tl::expected<ListedAction, Problem> find_action(std::uint64_t id);
  tl::expected<ListedAction, Problem> decided(const Caller&, const std::string& what,
                                              std::uint64_t id, const std::string& comment,
                                              const tl::expected<void, std::string>& done);
  static AuditEvent event(const Caller&, const std::string& what, const std::string& target,
                          const std::string& result, const std::string& detail);
  /// Puts an event into the audit.
  void note(const Caller&, const std::string& what, const std::string& target,
            const std::string& result, const std::string& detail);

  Keeper& keeper_;
  PolicyDesk& desk_;
  Metrics metrics_;
};

}  // namespace sekimori
