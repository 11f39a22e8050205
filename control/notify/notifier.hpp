#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "control/model/delivery.hpp"
#include "control/model/incident.hpp"
#include "control/model/tenant.hpp"

namespace sekimori {

/// How often and how long a notice is tried. The pause before attempt n + 1 is the first pause
/// times 2^(n - 1), at most the longest, and of that by chance between a half and all.
struct RetryRules {
  std::uint64_t first_pause_ms = 2'000;
  std::uint64_t longest_pause_ms = 15 * 60 * 1'000;
  std::uint32_t most_attempts = 100;
  std::uint64_t longest_age_ms = 24 * 3'600 * 1'000;
};

struct TransportLimits {
  std::uint32_t connect_timeout_ms = 5'000;
  std::uint32_t webhook_timeout_ms = 10'000;
  std::uint32_t mail_timeout_ms = 60'000;
  std::uint32_t syslog_timeout_ms = 5'000;
  std::size_t transfers = 64;             ///< at once
  std::size_t transfers_per_server = 16;  ///< at once
  std::size_t answer_bytes = 64 * 1024;   ///< of a webhook's answer; the rest is not read
};

struct NotifierOptions {
  std::string node = "sekimori";  ///< the name of this box in notices
  RetryRules retry;
  TransportLimits limits;
  std::size_t most_pending = 8'192;  ///< deliveries; more are refused
  std::string ca_file;               ///< of webhooks and smtps; empty: the system's
};

/// Whom notices reach, and how they leave. Of the policy.
struct NotifyDirectory {
  NotifyPolicy notify;
  std::vector<TenantPolicy> tenants;
};

/// What came of a test notice.
struct TestResult {
  Recipient recipient;
  bool delivered = false;
  std::string words;
};

/// Tells the contacts of affected tenants and the operators about incidents. One thread of its own
/// does all the work; no function but the destructor waits for it.
class Notifier {
 public:
  /// Takes up what `log` has pending. `log` must outlive the notifier.
  static tl::expected<std::unique_ptr<Notifier>, std::string> start(DeliveryLog& log,
                                                                    const NotifierOptions& options,
                                                                    NotifyDirectory directory);
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  /// Lets attempts that are under way end, but no longer than 2 s. What is still pending stays in
  /// the log.
  ~Notifier();

  /// Takes another policy's directory, also for what is pending. The secret file is read again.
  void set_directory(NotifyDirectory directory);

  /// Tells what is new about an incident to whom it concerns. Call it when the incident is made,
  /// whenever its record has changed, and for every open one after a start: what a recipient has
  /// been told is not told again. False: too many incidents wait to be told; call again.
  bool tell(const Incident& incident);

  /// Sends a test notice to every contact of a tenant, or of the operators if the name is empty.
  /// Each is tried once. Empty when there is no such tenant or it has no contacts.
  [[nodiscard]] std::future<std::vector<TestResult>> test(const std::string& tenant);

  struct Counts {
    std::array<NoticeCounts, channel_count> channels{};
    std::uint64_t refused = 0;     ///< notices for which there was no room
    std::uint64_t duplicates = 0;  ///< notices that had been told before
    std::string fault;             ///< what keeps all notices from leaving; empty: nothing
  };
  [[nodiscard]] Counts counts() const;

 private:
  class Worker;
  explicit Notifier(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace sekimori
