#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "control/api/operations.hpp"

namespace sekimori::test {

/// A system whose state is made up: incidents 42 and 43, actions 7 (asked for by the ladder), 8 (by
/// person "approver") and 9 (no longer waiting), policy version 3 with 2 waiting for nothing.
/// Whatever is named "broken" throws, "busy" is unavailable, and what is not there is not found.
class FakeOperations final : public Operations {
 public:
  /// What was asked for, such as "approve 7 by aiko: comment", and every refusal.
  [[nodiscard]] std::vector<std::string> calls() const;

  /// From now on no policy is in force.
  void forget_policy() { has_policy_ = false; }

  Result status(const Caller&) override;
  Result objects(const Caller&, const ObjectFilter&) override;
  Result object(const Caller&, const std::string& name) override;
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
  tl::expected<std::string, Problem> metrics() override;
  void note_refusal(const Caller&, std::string_view method, std::string_view path,
                    const Problem&) override;

 private:
  void note(std::string call);
  tl::expected<ListedAction, Problem> decide(const Caller& caller, std::uint64_t id,
                                             const std::string& word, const std::string& comment,
                                             ActionState state);

  std::atomic<bool> has_policy_ = true;
  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
};

}  // namespace sekimori::test
