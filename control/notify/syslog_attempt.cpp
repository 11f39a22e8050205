#include "control/notify/syslog_attempt.hpp"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "control/notify/syslog_message.hpp"

namespace sekimori {
namespace {

/// So that a receiver that talks without end cannot keep us.
constexpr int most_reads = 16;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] const sockaddr* get() const {
    // The socket interface takes every family's address as this type.
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

std::optional<SocketAddress> socket_address(const ServerUrl& server) {
  SocketAddress address;
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  if (::inet_pton(AF_INET, server.host.c_str(), &ipv4.sin_addr) == 1) {
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(server.port);
    std::memcpy(&address.storage, &ipv4, sizeof(ipv4));
    address.length = sizeof(ipv4);
    return address;
  }
  if (::inet_pton(AF_INET6, server.host.c_str(), &ipv6.sin6_addr) == 1) {
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(server.port);
    std::memcpy(&address.storage, &ipv6, sizeof(ipv6));
    address.length = sizeof(ipv6);
    return address;
  }
  return std::nullopt;
}

bool is_ready(int file, short events) {
  pollfd waiting{.fd = file, .events = events, .revents = 0};
  return ::poll(&waiting, 1, 0) > 0;
}

}  // namespace

tl::expected<ServerUrl, std::string> parse_syslog_url(const std::string& url) {
  auto server = parse_server_url(url);
  if (!server) return server;
  if (server->scheme != "udp" && server->scheme != "tcp") {
    return tl::make_unexpected("'" + url + "' must begin with udp:// or tcp://");
  }
  if (!socket_address(*server)) {
    return tl::make_unexpected("'" + url + "' must name the server by its IP address");
  }
  return server;
}

SyslogAttempt::SyslogAttempt(const Delivery& delivery, std::uint64_t deadline_ms)
    : key_(delivery.key), origin_(delivery.recipient.address), deadline_ms_(deadline_ms) {
  const auto server = parse_syslog_url(delivery.recipient.address);
  if (!server) {
    result_ = AttemptResult{AttemptResult::Outcome::never, server.error()};
    return;
  }
  origin_ = server->origin();
  if (server->scheme == "udp") {
    content_ = syslog_datagram(delivery.content);
    result_ = send_datagram(*server);
  } else {
    content_ = syslog_frame(delivery.content);
    open_tcp(*server);
  }
}

SyslogAttempt::~SyslogAttempt() {
  if (file_ >= 0) ::close(file_);
}

AttemptResult SyslogAttempt::send_datagram(const ServerUrl& server) {
  const auto address = socket_address(server);
  file_ = ::socket(address->storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (file_ < 0) return again_errno("socket", errno);
  if (::connect(file_, address->get(), address->length) < 0 ||
      ::send(file_, content_.data(), content_.size(), MSG_NOSIGNAL) < 0) {
    return again_errno("send", errno);
  }
  return {AttemptResult::Outcome::delivered,
          origin_ + ": the datagram was sent; UDP confirms nothing"};
}

void SyslogAttempt::open_tcp(const ServerUrl& server) {
  const auto address = socket_address(server);
  file_ = ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (file_ < 0) {
    result_ = again_errno("socket", errno);
  } else if (::connect(file_, address->get(), address->length) < 0 && errno != EINPROGRESS) {
    result_ = again_errno("connect", errno);
  }
}

std::optional<AttemptResult> SyslogAttempt::advance(std::uint64_t now_ms) {
  if (!result_) result_ = proceed();
  if (!result_ && now_ms >= deadline_ms_) result_ = timed_out();
  return result_;
}

std::optional<AttemptResult> SyslogAttempt::proceed() {
  if (state_ == State::connecting) {
    if (!is_ready(file_, POLLOUT)) return std::nullopt;
    int error = 0;
    socklen_t length = sizeof(error);
    ::getsockopt(file_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return again_errno("connect", error);
    state_ = State::writing;
  }
  if (state_ == State::writing) {
    if (auto failed = write_frame()) return failed;
  }
  return state_ == State::closing ? wait_for_end() : std::nullopt;
}

std::optional<AttemptResult> SyslogAttempt::write_frame() {
  while (written_ < content_.size()) {
    const ssize_t sent =
        ::send(file_, content_.data() + written_, content_.size() - written_, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    if (sent < 0) return again_errno("send", errno);
    written_ += static_cast<std::size_t>(sent);
  }
  if (::shutdown(file_, SHUT_WR) < 0) return again_errno("shutdown", errno);
  state_ = State::closing;
  return std::nullopt;
}

std::optional<AttemptResult> SyslogAttempt::wait_for_end() {
  std::array<char, 512> ignored{};
  for (int reads = 0; reads < most_reads; ++reads) {
    const ssize_t got = ::recv(file_, ignored.data(), ignored.size(), 0);
    if (got > 0 || (got < 0 && errno == EINTR)) continue;
    if (got == 0) {
      return AttemptResult{AttemptResult::Outcome::delivered, origin_ + " has read it"};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
    return again_errno("wait for the receiver's end", errno);
  }
  return std::nullopt;
}

std::optional<AttemptResult> SyslogAttempt::timed_out() const {
  int unacknowledged = 1;
  if (state_ == State::closing && ::ioctl(file_, SIOCOUTQ, &unacknowledged) == 0 &&
      unacknowledged == 0) {
    return AttemptResult{AttemptResult::Outcome::delivered,
                         origin_ + ": its kernel has taken it, but nobody ended the connection"};
  }
  return again(origin_ + (state_ == State::connecting ? ": no connection within the time allowed"
                                                      : ": not taken within the time allowed"));
}

AttemptResult SyslogAttempt::again(const std::string& words) const {
  return {AttemptResult::Outcome::again, words};
}

AttemptResult SyslogAttempt::again_errno(const std::string& action, int error) const {
  return again(origin_ + ": " + action + ": " + std::generic_category().message(error));
}

}  // namespace sekimori
