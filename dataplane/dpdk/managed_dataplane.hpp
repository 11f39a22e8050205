#pragma once

#include <string>
#include <vector>

#include "common/clock.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/dpdk/policy_keeper.hpp"
#include "dataplane/management/managed.hpp"
#include "dataplane/state/cookie_key_schedule.hpp"

namespace sekimori {

/// The running dataplane as control meets it. Each call is noted in the statistics as a sign of
/// life of control.
class ManagedDataplane final : public Managed {
 public:
  /// All outlive this.
  ManagedDataplane(std::string instance, PolicyKeeper& policy, CookieKeySchedule& cookie_keys,
                   StatsHeader& header)
      : instance_(std::move(instance)),
        policy_(policy),
        cookie_keys_(cookie_keys),
        header_(header) {}

  ManagementStatus status() override;
  tl::expected<AppliedPolicy, ManagementError> apply_policy(PolicyImage image) override;
  tl::expected<void, ManagementError> set_measures(MeasureSet set) override;
  tl::expected<std::uint64_t, ManagementError> set_cookie_keys(std::vector<SlotKey> keys) override;

 private:
  Now note_call();

  std::string instance_;
  PolicyKeeper& policy_;
  CookieKeySchedule& cookie_keys_;
  StatsHeader& header_;
};

}  // namespace sekimori
