#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "control/notify/attempt.hpp"
#include "control/notify/notifier.hpp"
#include "control/notify/syslog_attempt.hpp"
#include "control/notify/transfer.hpp"

namespace sekimori {

/// Makes attempts side by side, within limits for all and for each server. Connections are used
/// again for later attempts, and closed when there have been none for a while.
class Carrier {
 public:
  explicit Carrier(const TransportLimits& limits);
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;
  /// Breaks off what is under way.
  ~Carrier();

  /// Whether an attempt with this server may start now.
  [[nodiscard]] bool has_room(const std::string& origin) const;
  [[nodiscard]] bool is_idle() const { return by_origin_.empty(); }
  /// Whether a delivery is under way.
  [[nodiscard]] bool carries(const std::string& key) const { return keys_.contains(key); }

  void start(std::unique_ptr<Transfer> transfer);
  void start(std::unique_ptr<SyslogAttempt> attempt);

  struct Finished {
    std::string key;
    AttemptResult result;
  };
  /// Works and waits until something has finished, `wake` was called or the time is over.
  [[nodiscard]] std::vector<Finished> wait(std::uint64_t at_most_ms);
  /// Ends a `wait`, this one or the next. Any thread may call it.
  void wake() const;

 private:
  void enter(const std::string& key, const std::string& origin);
  void leave(const std::string& key, const std::string& origin);
  void poll(std::uint64_t at_most_ms);
  void finish_transfers(std::vector<Finished>& finished);
  void finish_syslog(std::vector<Finished>& finished);
  void open_multi();
  void close_multi();

  TransportLimits limits_;
  CURLM* multi_ = nullptr;
  TransferSockets sockets_;
  int wake_file_ = -1;
  bool woken_ = false;
  std::set<std::string> keys_;
  std::map<std::string, std::size_t> by_origin_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<std::unique_ptr<SyslogAttempt>> syslog_;
  std::vector<Finished> refused_;  ///< by libcurl at their start
};

}  // namespace sekimori
