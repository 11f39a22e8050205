#pragma once

#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "control/daemon/keeper.hpp"
#include "control/transaction/policy_transactions.hpp"

namespace sekimori {

/// Where the policy is changed: one change at a time, each given to the dataplane and then taken up
/// by the keeper. A thread of its own sees to deadlines, and to what was under way when an earlier
/// control ended.
class PolicyDesk {
 public:
  explicit PolicyDesk(Keeper& keeper);
  PolicyDesk(const PolicyDesk&) = delete;
  PolicyDesk& operator=(const PolicyDesk&) = delete;
  ~PolicyDesk();

  template <typename T>
  using Result = PolicyTransactions::Result<T>;

  Result<PolicyVersion> commit(const std::string& text, const Author& author,
                               const std::string& comment, std::uint32_t confirm_within_s);
  Result<PolicyVersion> confirm(std::uint64_t version, const Author& author);
  Result<PolicyVersion> rollback(std::uint64_t version, const Author& author);

 private:
  tl::expected<void, std::string> apply(const CheckedPolicy& policy);
  void look_after(const std::stop_token& stop);
  void look();

  Keeper& keeper_;
  std::mutex mutex_;  ///< one change at a time
  PolicyTransactions transactions_;
  bool recovered_ = false;
  std::jthread thread_;
};

}  // namespace sekimori
