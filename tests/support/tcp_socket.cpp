#include "tests/support/tcp_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "tests/support/deadline.hpp"
#include "tests/support/errors.hpp"

namespace sekimori::lab {
namespace {

int pending_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  checked(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
  return error;
}

}  // namespace

TcpSocket::TcpSocket(const Namespace& where, int family)
    : fd_(where.run([family] {
        return checked(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
      })) {}

TcpSocket::TcpSocket(UniqueFd connected) : fd_(std::move(connected)) {}

void TcpSocket::set_option(int level, int option, int value) {
  checked(::setsockopt(fd(), level, option, &value, sizeof value), "setsockopt");
}

void TcpSocket::bind(const Endpoint& local) {
  set_option(SOL_SOCKET, SO_REUSEADDR, 1);
  checked(::bind(fd(), local.address(), local.length()), "bind");
}

bool TcpSocket::wait_for(short events, int at_most_ms) const {
  pollfd waiting{.fd = fd(), .events = events, .revents = 0};
  return ::poll(&waiting, 1, at_most_ms) > 0;
}

int TcpSocket::connect(const Endpoint& peer, std::chrono::milliseconds at_most) {
  if (::connect(fd(), peer.address(), peer.length()) == 0) {
    return 0;
  }
  if (errno != EINPROGRESS) {
    return errno;
  }
  return wait_for(POLLOUT, static_cast<int>(at_most.count())) ? pending_error(fd()) : ETIMEDOUT;
}

int TcpSocket::send(std::string_view bytes, std::chrono::milliseconds at_most, int flags) {
  const Deadline deadline{at_most};
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), flags | MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN) {
      return errno;
    } else if (!wait_for(POLLOUT, deadline.left_ms())) {
      return ETIMEDOUT;
    }
  }
  return 0;
}

int TcpSocket::receive_to_end(std::string& bytes, std::chrono::milliseconds at_most) {
  const int error = receive(bytes, bytes.max_size(), at_most);
  return error == ENODATA ? 0 : error;
}

int TcpSocket::receive(std::string& bytes, std::size_t count, std::chrono::milliseconds at_most) {
  const Deadline deadline{at_most};
  std::array<char, 1 << 16> buffer{};
  while (bytes.size() < count) {
    const std::size_t wanted = std::min(buffer.size(), count - bytes.size());
    const ssize_t got = ::recv(fd(), buffer.data(), wanted, 0);
    if (got > 0) {
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
    } else if (got == 0) {
      return ENODATA;
    } else if (errno != EAGAIN) {
      return errno;
    } else if (!wait_for(POLLIN, deadline.left_ms())) {
      return ETIMEDOUT;
    }
  }
  return 0;
}

int TcpSocket::wait_for_error(std::chrono::milliseconds at_most) {
  // With no event asked for, poll(2) still reports POLLERR and POLLHUP.
  return wait_for(0, static_cast<int>(at_most.count())) ? pending_error(fd()) : 0;
}

void TcpSocket::shutdown_write() {
  checked(::shutdown(fd(), SHUT_WR), "shutdown");
}

void TcpSocket::close_with_reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  checked(::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "SO_LINGER");
  close();
}

tcp_info TcpSocket::info() const {
  tcp_info result{};
  socklen_t length = sizeof result;
  checked(::getsockopt(fd(), IPPROTO_TCP, TCP_INFO, &result, &length), "TCP_INFO");
  return result;
}

std::uint16_t TcpSocket::local_port() const {
  // The port lies at the same place in sockaddr_in and sockaddr_in6.
  sockaddr_in6 local{};
  socklen_t length = sizeof local;
  checked(::getsockname(fd(), reinterpret_cast<sockaddr*>(&local), &length), "getsockname");
  return ntohs(local.sin6_port);
}

TcpListener::TcpListener(const Namespace& where, const Endpoint& local, int backlog)
    : socket_(where, local.family()) {
  if (local.family() == AF_INET6) {
    socket_.set_option(IPPROTO_IPV6, IPV6_V6ONLY, 1);
  }
  socket_.bind(local);
  checked(::listen(socket_.fd(), backlog), "listen");
}

std::optional<TcpSocket> TcpListener::accept(std::chrono::milliseconds at_most) {
  const Deadline deadline{at_most};
  pollfd waiting{.fd = socket_.fd(), .events = POLLIN, .revents = 0};
  while (::poll(&waiting, 1, deadline.left_ms()) > 0) {
    const int fd = ::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      return TcpSocket{UniqueFd{fd}};
    }
  }
  return std::nullopt;
}

}  // namespace sekimori::lab
