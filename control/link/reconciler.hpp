#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <vector>

#include "common/cookie_keys.hpp"
#include "common/policy_image.hpp"
#include "control/link/dataplane_client.hpp"
#include "control/model/measure.hpp"

namespace sekimori {

/// Keeps a dataplane at what control wants: its policy, its measures, its cookie keys. It is told
/// the whole of what is wanted and finds out itself what is missing, so it makes no difference
/// whether the dataplane was restarted, hung, or was not there when something was decided. All
/// calls go through one thread, which is the only one that a dataplane can hold up.
class Reconciler {
 public:
  Reconciler(const std::string& socket_path, MasterSecret secret);
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;
  ~Reconciler();

  /// Wants this policy from now on and returns at once.
  void want_policy(std::shared_ptr<const PolicyImage> policy);
  /// Wants this policy and waits for the dataplane's answer. After an error the one before is
  /// wanted.
  tl::expected<void, std::string> put_policy(std::shared_ptr<const PolicyImage> policy);

  /// Wants these measures and no others. Their lifetimes begin when the dataplane takes them.
  /// Returns the revision under which they go.
  std::uint64_t want_measures(std::vector<Measure> measures);

  struct State {
    bool reached = false;  ///< the last call was answered
    std::string problem;   ///< of the last call that failed; empty after one that did not
    std::optional<DataplaneStatus> dataplane;  ///< as it was when last reached
    /// The last revision of measures that is known to be in force, and since when.
    std::uint64_t measures_revision = 0;
    std::uint64_t measures_since_unix_ms = 0;
  };
  [[nodiscard]] State state() const;

 private:
  struct Wanted {
    std::shared_ptr<const PolicyImage> policy;
    std::uint64_t policy_order = 0;  ///< counts the orders
    /// Empty until something was decided: what an earlier control has set stays till then.
    std::optional<std::vector<Measure>> measures;
    std::uint64_t measures_revision = 0;
  };

  void work(const std::stop_token& stop);
  /// One comparison of what is with what is wanted. Calls are made without the lock.
  void reconcile();
  bool find_dataplane();
  void send_policy(const Wanted& wanted);
  void send_measures(const Wanted& wanted);
  void send_keys(std::uint64_t unix_s);
  void note(const tl::expected<void, std::string>& result);

  DataplaneClient client_;
  MasterSecret secret_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;   ///< there is news
  std::condition_variable_any answered_;  ///< an order for a policy was carried out or refused
  Wanted wanted_;
  bool news_ = false;  ///< something is wanted since the thread looked last
  State state_;
  std::uint64_t policy_answered_ = 0;  ///< the last order that was answered
  std::string policy_refusal_;         ///< of that order; empty when it was carried out

  // Of the working thread alone.
  std::uint64_t known_start_ns_ = 0;  ///< which dataplane has what is noted below
  std::uint64_t policy_refused_ = 0;  ///< the order that it has refused, which is not sent again
  std::uint64_t measures_sent_ = 0;
  std::uint64_t keys_until_slot_ = 0;

  std::jthread thread_;
};

}  // namespace sekimori
