#include "control/notify/carrier.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/clock.hpp"

namespace sekimori {
namespace {

/// How long connections are kept that nothing uses.
constexpr std::uint64_t linger_ms = 3'000;
/// A hangup of an own socket does not always end libcurl's wait, so it is never long with one.
constexpr std::uint64_t syslog_look_ms = 100;

}  // namespace

Carrier::Carrier(const TransportLimits& limits)
    : limits_(limits), wake_file_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  open_multi();
}

Carrier::~Carrier() {
  close_multi();
  if (wake_file_ >= 0) ::close(wake_file_);
}

void Carrier::open_multi() {
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(limits_.transfers));
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS,
                    static_cast<long>(limits_.transfers_per_server));
}

void Carrier::close_multi() {
  for (const auto& [handle, transfer] : transfers_) curl_multi_remove_handle(multi_, handle);
  transfers_.clear();
  sockets_.shut_down();
  curl_multi_cleanup(multi_);
  multi_ = nullptr;
}

bool Carrier::has_room(const std::string& origin) const {
  if (keys_.size() >= limits_.transfers) return false;
  const auto found = by_origin_.find(origin);
  return found == by_origin_.end() || found->second < limits_.transfers_per_server;
}

void Carrier::enter(const std::string& key, const std::string& origin) {
  keys_.insert(key);
  ++by_origin_[origin];
}

void Carrier::leave(const std::string& key, const std::string& origin) {
  keys_.erase(key);
  const auto found = by_origin_.find(origin);
  if (found != by_origin_.end() && --found->second == 0) by_origin_.erase(found);
}

void Carrier::start(std::unique_ptr<Transfer> transfer) {
  CURL* const handle = transfer->handle();
  if (handle != nullptr) sockets_.watch(handle);
  if (handle == nullptr || curl_multi_add_handle(multi_, handle) != CURLM_OK) {
    refused_.push_back({transfer->key(), transfer->result(CURLE_OUT_OF_MEMORY)});
    return;
  }
  enter(transfer->key(), transfer->origin());
  transfers_.emplace(handle, std::move(transfer));
}

void Carrier::start(std::unique_ptr<SyslogAttempt> attempt) {
  enter(attempt->key(), attempt->origin());
  syslog_.push_back(std::move(attempt));
}

std::vector<Carrier::Finished> Carrier::wait(std::uint64_t at_most_ms) {
  std::vector<Finished> finished = std::exchange(refused_, {});
  const std::uint64_t until_ms = read_clock().monotonic_ms() + at_most_ms;
  for (;;) {
    int running = 0;
    curl_multi_perform(multi_, &running);
    finish_transfers(finished);
    finish_syslog(finished);
    const std::uint64_t now_ms = read_clock().monotonic_ms();
    if (!finished.empty() || woken_ || now_ms >= until_ms) break;
    std::uint64_t pause_ms = until_ms - now_ms;
    if (!syslog_.empty()) pause_ms = std::min(pause_ms, syslog_look_ms);
    if (is_idle()) pause_ms = std::min(pause_ms, linger_ms);
    poll(pause_ms);
    if (is_idle() && !woken_ && pause_ms == linger_ms) {
      close_multi();
      open_multi();
    }
  }
  woken_ = false;
  return finished;
}

void Carrier::poll(std::uint64_t at_most_ms) {
  std::vector<curl_waitfd> files{{.fd = wake_file_, .events = CURL_WAIT_POLLIN, .revents = 0}};
  for (const auto& attempt : syslog_) {
    if (attempt->file() < 0) continue;
    const short events = attempt->waits_to_write() ? CURL_WAIT_POLLOUT : CURL_WAIT_POLLIN;
    files.push_back({.fd = attempt->file(), .events = events, .revents = 0});
  }
  constexpr std::uint64_t longest_ms = 60'000;
  curl_multi_poll(multi_, files.data(), static_cast<unsigned>(files.size()),
                  static_cast<int>(std::min(at_most_ms, longest_ms)), nullptr);
  eventfd_t count = 0;
  if (::eventfd_read(wake_file_, &count) == 0) woken_ = true;
}

void Carrier::finish_transfers(std::vector<Finished>& finished) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const handle = message->easy_handle;
    const CURLcode code = message->data.result;
    auto node = transfers_.extract(handle);
    curl_multi_remove_handle(multi_, handle);
    const Transfer& transfer = *node.mapped();
    finished.push_back({transfer.key(), transfer.result(code)});
    leave(transfer.key(), transfer.origin());
  }
}

void Carrier::finish_syslog(std::vector<Finished>& finished) {
  const std::uint64_t now_ms = read_clock().monotonic_ms();
  std::erase_if(syslog_, [&](const std::unique_ptr<SyslogAttempt>& attempt) {
    const auto result = attempt->advance(now_ms);
    if (!result) return false;
    finished.push_back({attempt->key(), *result});
    leave(attempt->key(), attempt->origin());
    return true;
  });
}

void Carrier::wake() const {
  ::eventfd_write(wake_file_, 1);
}

}  // namespace sekimori
