#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "control/model/delivery.hpp"
#include "control/notify/attempt.hpp"
#include "control/notify/server_url.hpp"

namespace sekimori {

/// The server of a syslog URL: "udp://ADDRESS[:PORT]" or "tcp://ADDRESS[:PORT]". It must be an
/// address and no name, for names may not resolve when the network is under attack.
[[nodiscard]] tl::expected<ServerUrl, std::string> parse_syslog_url(const std::string& url);

/// One attempt to send a syslog message: a datagram (RFC 5426), or a connection of its own with one
/// frame (RFC 6587). The receiver confirms nothing in either; over TCP we end our side and wait
/// until it has read all and ends its own, or at least its kernel has taken every byte. Nothing
/// here blocks.
class SyslogAttempt {
 public:
  SyslogAttempt(const Delivery& delivery, std::uint64_t deadline_ms);
  SyslogAttempt(const SyslogAttempt&) = delete;
  SyslogAttempt& operator=(const SyslogAttempt&) = delete;
  ~SyslogAttempt();

  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const std::string& origin() const { return origin_; }
  /// The socket to wait for; -1 when there is none.
  [[nodiscard]] int file() const { return file_; }
  [[nodiscard]] bool waits_to_write() const { return state_ != State::closing; }

  /// Does what can be done now; a value when the attempt is over. Times are monotonic.
  [[nodiscard]] std::optional<AttemptResult> advance(std::uint64_t now_ms);

 private:
  enum class State { connecting, writing, closing };

  void open_tcp(const ServerUrl& server);
  [[nodiscard]] AttemptResult send_datagram(const ServerUrl& server);
  [[nodiscard]] std::optional<AttemptResult> proceed();
  [[nodiscard]] std::optional<AttemptResult> write_frame();
  [[nodiscard]] std::optional<AttemptResult> wait_for_end();
  [[nodiscard]] std::optional<AttemptResult> timed_out() const;
  [[nodiscard]] AttemptResult again(const std::string& words) const;
  [[nodiscard]] AttemptResult again_errno(const std::string& action, int error) const;

  std::string key_;
  std::string origin_;
  std::string content_;
  std::uint64_t deadline_ms_;
  State state_ = State::connecting;
  std::size_t written_ = 0;
  int file_ = -1;
  std::optional<AttemptResult> result_;
};

}  // namespace sekimori
