#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>

#include "control/api/tls_context.hpp"

namespace sekimori {

/// One connection of a client under TLS. Everything that it waits for has a deadline, and what it
/// reads has a bound, so that no client holds a thread for long, however slowly it sends.
class TlsStream final : public httplib::Stream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes over neither the socket nor the flag, which ends every wait.
  TlsStream(SSL_CTX& context, int socket, const std::atomic<bool>& stopping);

  /// The server's side of the handshake.
  [[nodiscard]] bool accept(Clock::time_point deadline);
  /// Waits for the first byte of the next request.
  [[nodiscard]] bool wait_for_request(Clock::time_point deadline);
  /// What may be read until the next call, and until when.
  void allow_reading(std::size_t bytes, Clock::time_point deadline);
  void allow_writing(Clock::time_point deadline) { write_deadline_ = deadline; }
  /// Tells the client that nothing more comes; waits for no answer.
  void close();

  [[nodiscard]] SSL* session() const { return session_.get(); }
  [[nodiscard]] const std::string& remote_address() const { return remote_address_; }

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, std::size_t size) override;
  ssize_t write(const char* from, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  /// Whether a step of OpenSSL's that returned `result` is to be tried again, once the socket is
  /// ready for it.
  [[nodiscard]] bool wait_to_retry(int result, Clock::time_point deadline);
  [[nodiscard]] bool wait_for(short events, Clock::time_point deadline) const;

  int socket_;
  const std::atomic<bool>& stopping_;
  TlsSession session_;
  std::string remote_address_;
  int remote_port_ = 0;
  std::size_t readable_bytes_ = 0;
  Clock::time_point read_deadline_;
  Clock::time_point write_deadline_;
  bool failed_ = false;
};

}  // namespace sekimori
