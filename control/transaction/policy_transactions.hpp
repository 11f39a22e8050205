#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/policy_image.hpp"
#include "control/model/diagnostics.hpp"
#include "control/model/policy.hpp"
#include "control/store/store.hpp"

namespace sekimori {

/// A policy without faults, and what the dataplane gets of it.
struct CheckedPolicy {
  Policy policy;
  PolicyImage image;
};

/// The error has every fault with its place in the text.
[[nodiscard]] tl::expected<CheckedPolicy, Diagnostics> check_policy(std::string_view text);

enum class TransactionFaultKind : std::uint8_t {
  faulty_policy,  ///< `diagnostics` says where
  conflict,       ///< the history's present state does not allow it
  not_found,      ///< no such version, or none any more
  dataplane,      ///< it did not take the policy; the one before is in force
  store,          ///< it could not be recorded
};

struct TransactionFault {
  TransactionFaultKind kind{};
  std::string detail;
  std::optional<Diagnostics> diagnostics;
};

/// Who changes the policy.
struct Author {
  std::string person;
  std::string duty;
};

/// Changes of the policy in two steps: it is stored as pending, given to the dataplane, and then
/// recorded as in force. Killed at any moment, control finds the old or the new version in force
/// when it starts again, and `recover` says which. Every change is in the audit together with the
/// change itself.
///
/// Times are Unix milliseconds, so that a deadline holds across a restart and a boot. Calls come
/// from one thread at a time.
class PolicyTransactions {
 public:
  /// Gives the policy to the dataplane. It has come into force when this returns without an error;
  /// with one, it may or may not have.
  using Apply = std::function<tl::expected<void, std::string>(const CheckedPolicy&)>;

  template <typename T>
  using Result = tl::expected<T, TransactionFault>;

  PolicyTransactions(Store& store, Apply apply) : store_(store), apply_(std::move(apply)) {}

  /// To be called once after the start. Ends what was under way, rolls back what was not confirmed
  /// in time, and returns the version in force, which has been applied; empty when there never was
  /// one. With a `dataplane` fault the version stays in force and `recover` can be called again.
  Result<std::optional<PolicyVersion>> recover(std::uint64_t now_ms);

  /// Stores, applies and puts in force. With `confirm_within_s` above 0, the version before returns
  /// unless `confirm` comes in time; the first version of all has none before and needs no
  /// confirmation.
  Result<PolicyVersion> commit(const std::string& text, const Author& author,
                               const std::string& comment, std::uint32_t confirm_within_s,
                               std::uint64_t now_ms);
  Result<PolicyVersion> confirm(std::uint64_t version, const Author& author, std::uint64_t now_ms);
  /// Of the version that awaits its confirmation: the one before is in force again, at once. Of any
  /// other: a new version with its text.
  Result<PolicyVersion> rollback(std::uint64_t version, const Author& author,
                                 const std::string& comment, std::uint64_t now_ms);

  /// To be called about every second: rolls back a version whose deadline has passed. Returns the
  /// version that is in force since then; empty when nothing happened.
  Result<std::optional<PolicyVersion>> tick(std::uint64_t now_ms);

 private:
  Result<PolicyVersion> put_in_force(const NewVersion& version, const CheckedPolicy& checked,
                                     const Author& author);
  Result<PolicyVersion> take_back(const PolicyVersion& version, const Author& author,
                                  std::string_view why, std::uint64_t now_ms);
  void reapply_present();
  Result<CheckedPolicy> checked(const PolicyVersion& version);
  Result<PolicyVersion> version_of(std::uint64_t number);
  void audit(const Author& author, std::uint64_t now_ms, std::string_view what,
             std::uint64_t version, std::string_view result, std::string_view detail);
  template <typename Body>
  Result<void> record(Body body);

  Store& store_;
  Apply apply_;
};

}  // namespace sekimori
