#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/clock.hpp"
#include "control/daemon/incident_counts.hpp"
#include "control/daemon/learning.hpp"
#include "control/daemon/mitigation_times.hpp"
#include "control/daemon/options.hpp"
#include "control/daemon/state_folder.hpp"
#include "control/link/reconciler.hpp"
#include "control/link/statistics.hpp"
#include "control/model/policy.hpp"
#include "control/notify/notifier.hpp"
#include "control/store/store.hpp"
#include "control/watch/watch.hpp"

namespace sekimori {

/// A policy that control works by.
struct PolicyInForce {
  std::shared_ptr<const Policy> policy;
  std::shared_ptr<const PolicyImage> image;
  std::uint64_t version = 0;  ///< in the history; 0: none was committed yet
};

/// The running control plane: looks at the dataplane ten times a second, decides, acts, records
/// what it did, and tells whom it concerns.
class Keeper {
 public:
  /// Opens everything and goes on from where an earlier one has ended. The error says what is in
  /// the way and what to do.
  static tl::expected<std::unique_ptr<Keeper>, std::string> start(const RunOptions& options);
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper();

  /// Works until it is asked to stop.
  void run(const std::stop_token& stop);

  // What the API's operations use, from any thread.

  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] Reconciler& reconciler() { return *reconciler_; }
  [[nodiscard]] Notifier& notifier() { return *notifier_; }
  [[nodiscard]] const StateFolder& folder() const { return folder_; }
  [[nodiscard]] const RunOptions& options() const { return options_; }
  [[nodiscard]] std::uint64_t started_unix_ms() const { return started_unix_ms_; }

  [[nodiscard]] PolicyInForce policy() const;
  /// Works by another policy from now on; the dataplane has it already.
  void adopt(PolicyInForce policy);
  /// Which version of the history that is.
  void set_policy_version(std::uint64_t version);

  /// Puts learned thresholds in force and into the audit, or does neither.
  tl::expected<void, std::string> accept(std::span<const LearnedThreshold> thresholds,
                                         std::span<const AuditEvent> record);

  /// Calls `use(watch, view)` while nothing else uses them.
  template <typename Use>
  auto with_watch(Use&& use) {
    const std::lock_guard lock{mutex_};
    return use(watch_, view_);
  }
  /// The samples of the last `seconds`, at most `max_kept_samples`.
  [[nodiscard]] std::vector<PacketSample> samples(std::uint32_t seconds) const;

  struct Passes {
    std::uint64_t count = 0;
    double seconds_sum = 0;
    double seconds_last = 0;
  };
  [[nodiscard]] Passes passes() const;
  [[nodiscard]] IncidentCounts incident_counts() const;

  static constexpr std::size_t max_kept_samples = 200'000;

 private:
  Keeper(RunOptions options, StateFolder folder, std::unique_ptr<Store> store, Watch watch);

  tl::expected<void, std::string> resume();
  tl::expected<void, std::string> open_links();
  void turn(const Now& now);
  void keep_samples(std::span<const PacketSample> samples, std::uint64_t now_ns);
  [[nodiscard]] std::vector<PerVector<std::uint64_t>> learned() const;
  void act(WatchDecision decision);
  void note_mitigation();
  void record(const Incident& incident);
  void save_watch();

  RunOptions options_;
  StateFolder folder_;
  std::uint64_t started_unix_ms_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reconciler> reconciler_;
  std::unique_ptr<Notifier> notifier_;

  mutable std::mutex mutex_;  ///< of all that follows
  PolicyInForce policy_;
  Watch watch_;
  Statistics statistics_;
  Learning learning_;
  const DataplaneView* view_ = nullptr;  ///< of the last turn
  std::deque<PacketSample> samples_;
  Passes passes_;
  IncidentCounts counts_;
  MitigationTimes mitigation_;
  std::uint64_t revision_ = 0;  ///< of the measures wanted now
};

}  // namespace sekimori
