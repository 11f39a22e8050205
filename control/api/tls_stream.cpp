#include "control/api/tls_stream.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace sekimori {
namespace {

/// How often a wait looks whether the server stops.
constexpr std::chrono::milliseconds longest_poll{100};

struct Peer {
  std::string address;
  int port = 0;
};

Peer peer_of(int socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto* ip = reinterpret_cast<const sockaddr_in*>(&storage);
    inet_ntop(AF_INET, &ip->sin_addr, text.data(), text.size());
    return {text.data(), ntohs(ip->sin_port)};
  }
  if (storage.ss_family == AF_INET6) {
    const auto* ip = reinterpret_cast<const sockaddr_in6*>(&storage);
    inet_ntop(AF_INET6, &ip->sin6_addr, text.data(), text.size());
    return {text.data(), ntohs(ip->sin6_port)};
  }
  return {};
}

}  // namespace

TlsStream::TlsStream(SSL_CTX& context, int socket, const std::atomic<bool>& stopping)
    : socket_(socket), stopping_(stopping), session_(SSL_new(&context)) {
  const int flags = fcntl(socket, F_GETFL);
  failed_ = !session_ || flags < 0 || fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0 ||
            SSL_set_fd(session_.get(), socket) != 1;
  // An answer's head and body are written apart; the second must not wait for the client.
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Peer peer = peer_of(socket);
  remote_address_ = std::move(peer.address);
  remote_port_ = peer.port;
}

bool TlsStream::wait_for(short events, Clock::time_point deadline) const {
  while (!stopping_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd entry{.fd = socket_, .events = events, .revents = 0};
    const int ready = poll(&entry, 1, static_cast<int>(std::min(left, longest_poll).count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

bool TlsStream::wait_to_retry(int result, Clock::time_point deadline) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait_for(POLLIN, deadline);
    case SSL_ERROR_WANT_WRITE:
      return wait_for(POLLOUT, deadline);
    default:
      return false;
  }
}

bool TlsStream::accept(Clock::time_point deadline) {
  while (!failed_ && Clock::now() < deadline) {
    ERR_clear_error();
    const int result = SSL_accept(session_.get());
    if (result == 1) return true;
    if (!wait_to_retry(result, deadline)) break;
  }
  failed_ = true;
  return false;
}

bool TlsStream::wait_for_request(Clock::time_point deadline) {
  return !failed_ && (SSL_pending(session_.get()) > 0 || wait_for(POLLIN, deadline));
}

void TlsStream::allow_reading(std::size_t bytes, Clock::time_point deadline) {
  readable_bytes_ = bytes;
  read_deadline_ = deadline;
}

bool TlsStream::is_readable() const {
  return !failed_ && (SSL_pending(session_.get()) > 0 || wait_for(POLLIN, read_deadline_));
}

bool TlsStream::is_writable() const {
  return !failed_ && wait_for(POLLOUT, write_deadline_);
}

ssize_t TlsStream::read(char* to, std::size_t size) {
  const auto most = static_cast<int>(std::min<std::size_t>({size, readable_bytes_, INT_MAX}));
  while (!failed_ && most > 0 && Clock::now() < read_deadline_) {
    ERR_clear_error();
    const int length = SSL_read(session_.get(), to, most);
    if (length > 0) {
      readable_bytes_ -= static_cast<std::size_t>(length);
      return length;
    }
    if (SSL_get_error(session_.get(), length) == SSL_ERROR_ZERO_RETURN) return 0;
    if (!wait_to_retry(length, read_deadline_)) break;
  }
  failed_ = true;
  return -1;
}

ssize_t TlsStream::write(const char* from, std::size_t size) {
  // What a client sent too slowly can still be answered, so a failed read is no hindrance here.
  while (Clock::now() < write_deadline_) {
    ERR_clear_error();
    const int length =
        SSL_write(session_.get(), from, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
    if (length > 0) return length;
    if (!wait_to_retry(length, write_deadline_)) break;
  }
  failed_ = true;
  return -1;
}

void TlsStream::close() {
  ERR_clear_error();
  if (session_ && SSL_is_init_finished(session_.get()) == 1) SSL_shutdown(session_.get());
}

void TlsStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip = remote_address_;
  port = remote_port_;
}

void TlsStream::get_local_ip_and_port(std::string& ip, int& port) const {
  // Nothing here asks for it.
  ip.clear();
  port = 0;
}

}  // namespace sekimori
