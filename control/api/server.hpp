#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "control/api/operations.hpp"
#include "control/pki/authority.hpp"

namespace sekimori {

struct ApiServerOptions {
  AuthorityFiles files = {};
  std::string address = "127.0.0.1";  ///< to listen at
  std::uint16_t port = 0;             ///< 0: any that is free
  /// Served at once. So many more wait their turn, and all others are closed at once.
  std::size_t connections = 32;
  std::size_t waiting_connections = 64;
  std::uint32_t handshake_ms = 5'000;  ///< until TLS is established
  std::uint32_t head_ms = 5'000;       ///< until a request's head is there, once it has begun
  std::uint32_t idle_ms = 15'000;      ///< until the next request of a connection begins
  /// What bodies and answers may take beside `slowest_bytes_per_s`.
  std::uint32_t transfer_ms = 10'000;
  std::uint32_t slowest_bytes_per_s = 64 << 10;
  std::uint32_t requests_per_connection = 100;
};

/// HTTPS with mutual TLS around `Operations`. Runs from `start` until it is destroyed, in threads
/// of its own; `operations` must outlive it.
class ApiServer {
 public:
  /// The error says what is wrong with the certificates or the address, and what to do.
  static tl::expected<std::unique_ptr<ApiServer>, std::string> start(
      Operations& operations, const ApiServerOptions& options);
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;
  /// Requests that are under way are answered first.
  ~ApiServer();

  [[nodiscard]] std::uint16_t port() const;
  /// When the server's certificate expires, in Unix seconds; a new one needs a restart.
  [[nodiscard]] std::uint64_t certificate_expires_s() const;

 private:
  class Running;
  explicit ApiServer(std::unique_ptr<Running> running);

  std::unique_ptr<Running> running_;
};

}  // namespace sekimori
