#pragma once

#include <netinet/tcp.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/endpoint.hpp"
#include "tests/support/namespace.hpp"
#include "tests/support/unique_fd.hpp"

namespace sekimori::lab {

inline constexpr std::chrono::seconds patience{20};

/// A TCP socket of the kernel, in a namespace, every wait bounded. Calls that the peer can make
/// fail return the errno (0 for success; ETIMEDOUT also when our own patience ends), so that tests
/// can expect a certain failure.
class TcpSocket {
 public:
  TcpSocket(const Namespace& where, int family);
  explicit TcpSocket(UniqueFd connected);

  [[nodiscard]] int fd() const { return fd_.get(); }

  void set_option(int level, int option, int value);
  void bind(const Endpoint& local);
  int connect(const Endpoint& peer, std::chrono::milliseconds at_most = patience);

  /// Sends everything.
  int send(std::string_view bytes, std::chrono::milliseconds at_most = patience, int flags = 0);
  /// Appends what comes until the peer ends its direction.
  int receive_to_end(std::string& bytes, std::chrono::milliseconds at_most = patience);
  /// Appends what comes until there are `count` bytes; ENODATA when the peer ends before.
  int receive(std::string& bytes, std::size_t count, std::chrono::milliseconds at_most = patience);
  /// Waits for an error of the connection, such as ECONNRESET, without reading; 0 if none comes.
  int wait_for_error(std::chrono::milliseconds at_most = patience);

  void shutdown_write();
  void close() { fd_.reset(); }
  /// Closes with a RST instead of a FIN (SO_LINGER with time 0).
  void close_with_reset();

  [[nodiscard]] tcp_info info() const;
  [[nodiscard]] std::uint16_t local_port() const;

 private:
  bool wait_for(short events, int at_most_ms) const;

  UniqueFd fd_;
};

/// A listening socket.
class TcpListener {
 public:
  TcpListener(const Namespace& where, const Endpoint& local, int backlog = 512);

  /// The next connection; nothing when none comes in time.
  std::optional<TcpSocket> accept(std::chrono::milliseconds at_most = patience);

  [[nodiscard]] TcpSocket& socket() { return socket_; }

 private:
  TcpSocket socket_;
};

}  // namespace sekimori::lab
