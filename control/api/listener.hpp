#pragma once

#include <httplib.h>

#include <atomic>

#include "control/api/api.hpp"
#include "control/api/server.hpp"
#include "control/api/tls_context.hpp"
#include "control/pki/deny_list.hpp"

namespace sekimori {

/// The library's HTTP server on our own TLS connections. The library reads heads and bodies and
/// writes answers; what is asked for is decided by `Api`.
class Listener final : public httplib::Server {
 public:
  Listener(Operations& operations, const ApiServerOptions& options, TlsContext tls);

  /// Ends all waits of connections.
  void end_connections() { stopping_ = true; }

 private:
  struct Connection;

  bool process_and_close_socket(socket_t socket) override;
  void serve(Connection& connection);

  /// Who asks; the problem if the certificate does not admit anybody.
  [[nodiscard]] tl::expected<void, Problem> check_certificate(Connection& connection);
  /// Decides by the head. True: answered, there is no body to read.
  [[nodiscard]] bool begin_request(const httplib::Request& request, httplib::Response& response);
  void finish_request(const httplib::Request& request, httplib::Response& response);
  /// Fills in the answer to what the library could not read.
  [[nodiscard]] HandlerResponse explain_failure(const httplib::Request& request,
                                                httplib::Response& response);
  void send(Connection& connection, Answer answer, httplib::Response& response) const;

  const ApiServerOptions options_;
  Api api_;
  DenyList deny_list_;
  TlsContext tls_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace sekimori
