#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace sekimori {

// Notices on their way to their recipients, and the log that keeps them. control/notify makes and
// sends them; control/store keeps the log. Times are Unix milliseconds.

/// What a notice tells.
enum class Occasion : std::uint8_t { opened, changed, ended, test };
inline constexpr std::array<std::string_view, 4> occasion_names{"opened", "changed", "ended",
                                                                "test"};

enum class Channel : std::uint8_t { mail, webhook, syslog };
inline constexpr std::size_t channel_count = 3;
inline constexpr std::array<std::string_view, channel_count> channel_names{"mail", "webhook",
                                                                           "syslog"};

struct Recipient {
  Channel channel{};
  std::string address;  ///< of mail, or a URL
  std::string tenant;   ///< whose contact it is; empty: the operators'

  friend auto operator<=>(const Recipient&, const Recipient&) = default;
  friend bool operator==(const Recipient&, const Recipient&) = default;
};

enum class DeliveryState : std::uint8_t {
  pending,
  delivered,  ///< the recipient's server has taken it
  failed,     ///< given up
};
inline constexpr std::array<std::string_view, 3> delivery_state_names{"pending", "delivered",
                                                                      "failed"};

/// How far a delivery has come: what changes with each attempt.
struct DeliveryProgress {
  DeliveryState state = DeliveryState::pending;
  std::uint32_t attempts = 0;
  std::uint64_t due_ms = 0;  ///< of the next attempt, while pending
  std::optional<std::uint64_t> finished_ms;
  std::string result;  ///< of the last attempt, in words; empty before it
};

/// One notice for one recipient.
struct Delivery {
  /// 32 hexadecimal digits that follow from the incident, the recipient and what is told, so that
  /// the same is never told twice. Recipients see it as the delivery's identity.
  std::string key;
  std::uint64_t incident = 0;  ///< 0: of a test
  Occasion occasion{};
  Recipient recipient;
  std::string subject;
  /// As it is sent: an RFC 5322 message, a JSON document or an RFC 5424 message.
  std::string content;
  std::uint64_t created_ms = 0;
  DeliveryProgress progress;
};

/// Which deliveries to list, newest first. What has no value chooses nothing.
struct DeliveryFilter {
  std::optional<std::uint64_t> incident;
  std::optional<DeliveryState> state;
  std::optional<std::string> tenant;
  std::size_t at_most = 1'000;
};

/// Keeps deliveries beyond the end of the process: when a call returns without an error, what it
/// did survives a crash. Any thread may call. Errors are in words for operators.
class DeliveryLog {
 public:
  DeliveryLog() = default;
  DeliveryLog(const DeliveryLog&) = delete;
  DeliveryLog& operator=(const DeliveryLog&) = delete;
  virtual ~DeliveryLog() = default;

  /// Adds all whose key is not known, or on error none. Returns the keys that were new.
  virtual tl::expected<std::vector<std::string>, std::string> enqueue(
      std::span<const Delivery> deliveries) = 0;
  /// All that are pending, oldest first.
  virtual tl::expected<std::vector<Delivery>, std::string> pending() = 0;
  /// Records what came of an attempt. An unknown key is an error.
  virtual tl::expected<void, std::string> mark(const std::string& key,
                                               const DeliveryProgress& progress) = 0;
  /// Everybody for whom there is a delivery about the incident, each once.
  virtual tl::expected<std::vector<Recipient>, std::string> recipients(std::uint64_t incident) = 0;
  /// Without their content.
  virtual tl::expected<std::vector<Delivery>, std::string> list(const DeliveryFilter& filter) = 0;
};

/// What became of notices since the start, for each channel.
struct NoticeCounts {
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;   ///< given up
  std::uint64_t retried = 0;  ///< attempts that failed and are made again
  std::uint64_t pending = 0;  ///< now
};

}  // namespace sekimori
