#include "control/api/listener.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "control/api/connection_pool.hpp"
#include "control/api/tls_stream.hpp"
#include "control/pki/identity.hpp"
#include "control/pki/openssl.hpp"

namespace sekimori {
namespace {

constexpr std::size_t max_head_bytes = std::size_t{32} << 10;

constexpr std::array<std::pair<const char*, const char*>, 7> security_headers{
    {{"Strict-Transport-Security", "max-age=31536000"},
     {"X-Content-Type-Options", "nosniff"},
     {"X-Frame-Options", "DENY"},
     {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
     {"Cross-Origin-Resource-Policy", "same-origin"},
     {"Referrer-Policy", "no-referrer"},
     {"Cache-Control", "no-store"}}};

TlsStream::Clock::time_point in(std::uint64_t ms) {
  return TlsStream::Clock::now() + std::chrono::milliseconds{ms};
}

RequestHead head_of(const httplib::Request& request) {
  RequestHead head{.method = request.method,
                   .target = request.target,
                   .accept = request.get_header_value("Accept"),
                   .content_type = request.get_header_value("Content-Type"),
                   .content_encoding = request.get_header_value("Content-Encoding"),
                   .transfer_encoding = request.get_header_value("Transfer-Encoding"),
                   .content_length = {}};
  // Two lengths would leave open where the body ends, so they are made to be no length at all.
  if (const std::size_t count = request.get_header_value_count("Content-Length"); count > 0) {
    head.content_length = count == 1 ? request.get_header_value("Content-Length") : "given twice";
  }
  return head;
}

std::size_t largest_body() {
  std::size_t most = 0;
  for (const Route& route : routes()) most = std::max(most, route.max_body_bytes);
  return most;
}

}  // namespace

struct Listener::Connection {
  TlsStream stream;
  Caller caller = {};
  std::optional<Problem> refusal = {};  ///< of everything, for whom the certificate names
  std::optional<Api::Admitted> admitted = {};
  bool body_is_next = false;  ///< admitted, but not read
  bool answered = false;      ///< by us and not by the library
  bool close = false;
};

Listener::Listener(Operations& operations, const ApiServerOptions& options, TlsContext tls)
    : options_(options),
      api_(operations),
      deny_list_(options.files.deny_list()),
      tls_(std::move(tls)) {
  set_payload_max_length(largest_body());
  // The library's own choice would let two servers share a port without a word.
  set_socket_options([](socket_t socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  new_task_queue = [this] {
    return new ConnectionPool(options_.connections, options_.waiting_connections);
  };
  set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    return begin_request(request, response) ? HandlerResponse::Handled : HandlerResponse::Unhandled;
  });
  Post(".*", [this](const httplib::Request& request, httplib::Response& response) {
    finish_request(request, response);
  });
  set_error_handler(
      HandlerWithResponse{[this](const httplib::Request& request, httplib::Response& response) {
        return explain_failure(request, response);
      }});
  set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
    for (const auto& [name, value] : security_headers) response.set_header(name, value);
    if (response.has_header("Connection")) response.headers.erase("Keep-Alive");
  });
}

httplib::Server::HandlerResponse Listener::explain_failure(const httplib::Request& request,
                                                           httplib::Response& response) {
  if (!response.body.empty()) return HandlerResponse::Unhandled;
  const Problem problem{.kind = ProblemKind::malformed,
                        .detail =
                            "The request is no HTTP/1.1 that can be read here, or its body "
                            "did not come in time.",
                        .faults = {}};
  Answer answer = api_.refuse(problem, head_of(request), {});
  response.status = answer.status;
  response.set_header("Connection", "close");
  response.set_content(std::move(answer.body), answer.media_type);
  return HandlerResponse::Handled;
}

bool Listener::process_and_close_socket(socket_t socket) {
  if (!ConnectionPool::is_full() && !stopping_) {
    try {
      Connection connection{.stream = TlsStream{*tls_, socket, stopping_}};
      serve(connection);
      connection.stream.close();
    } catch (const std::exception& error) {
      spdlog::error("api: a connection was given up: {}", error.what());
    }
  }
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
  return true;
}

void Listener::serve(Connection& connection) {
  TlsStream& stream = connection.stream;
  if (!stream.accept(in(options_.handshake_ms))) return;
  SSL_set_app_data(stream.session(), &connection);
  if (auto admitted = check_certificate(connection); !admitted) {
    connection.refusal = std::move(admitted.error());
  }
  for (std::uint32_t left = options_.requests_per_connection; left > 0 && !connection.close;
       --left) {
    if (!stream.wait_for_request(in(options_.idle_ms))) return;
    stream.allow_reading(max_head_bytes, in(options_.head_ms));
    stream.allow_writing(in(std::uint64_t{options_.head_ms} + options_.transfer_ms));
    connection.answered = false;
    bool client_closes = false;
    const bool written =
        process_request(stream, left == 1, client_closes, [&](httplib::Request& request) {
          request.ssl = stream.session();
          // Parts of answers and compressed ones are more than the API offers.
          request.ranges.clear();
          request.headers.erase("Accept-Encoding");
        });
    if (!written || client_closes || !connection.answered || connection.body_is_next) return;
  }
}

tl::expected<void, Problem> Listener::check_certificate(Connection& connection) {
  const auto refused = [](std::string detail) {
    return tl::unexpected{Problem{
        .kind = ProblemKind::certificate_refused, .detail = std::move(detail), .faults = {}}};
  };
  connection.caller.address = connection.stream.remote_address();
  const Openssl<X509> certificate{SSL_get1_peer_certificate(connection.stream.session())};
  if (!certificate || SSL_get_verify_result(connection.stream.session()) != X509_V_OK) {
    return refused("The connection has no certificate of this site's authority.");
  }
  connection.caller.serial = serial_of(*certificate);
  const auto identity = identity_of(*certificate);
  if (!identity) return refused(identity.error() + ".");
  connection.caller.person = identity->person;
  connection.caller.duty = identity->duty;
  return {};
}

bool Listener::begin_request(const httplib::Request& request, httplib::Response& response) {
  auto& connection = *static_cast<Connection*>(SSL_get_app_data(const_cast<SSL*>(request.ssl)));
  const RequestHead head = head_of(request);
  const auto refuse = [&](const Problem& problem) {
    // Whatever follows the head is not read, so nothing after it could be understood.
    connection.close = connection.close || head.content_length || !head.transfer_encoding.empty();
    send(connection, api_.refuse(problem, head, connection.caller), response);
    return true;
  };
  if (!connection.refusal) {
    // A connection may live longer than the trust in its certificate.
    const auto revoked = deny_list_.holds(connection.caller.serial);
    if (!revoked) spdlog::error("api: nobody is admitted: {}", revoked.error());
    if (!revoked || *revoked) {
      connection.refusal =
          Problem{.kind = ProblemKind::certificate_refused,
                  .detail = revoked ? "The certificate was revoked; have a new one made."
                                    : "Revoked certificates cannot be told now; see the log.",
                  .faults = {}};
    }
  }
  if (connection.refusal) {
    connection.close = true;
    return refuse(*connection.refusal);
  }
  auto admitted = api_.admit(head, connection.caller);
  if (!admitted) return refuse(admitted.error());
  if (admitted->route->request.empty()) {
    send(connection, api_.answer(std::move(*admitted), "", head, connection.caller), response);
    return true;
  }
  connection.stream.allow_reading(
      admitted->body_bytes, in(options_.transfer_ms + std::uint64_t{admitted->body_bytes} * 1'000 /
                                                          options_.slowest_bytes_per_s));
  connection.admitted = std::move(*admitted);
  connection.body_is_next = true;
  return false;
}

void Listener::finish_request(const httplib::Request& request, httplib::Response& response) {
  auto& connection = *static_cast<Connection*>(SSL_get_app_data(const_cast<SSL*>(request.ssl)));
  if (!connection.admitted) return;
  connection.body_is_next = false;
  send(connection,
       api_.answer(std::move(*std::exchange(connection.admitted, {})), request.body,
                   head_of(request), connection.caller),
       response);
}

void Listener::send(Connection& connection, Answer answer, httplib::Response& response) const {
  connection.answered = true;
  connection.stream.allow_writing(
      in(options_.transfer_ms +
         std::uint64_t{answer.body.size()} * 1'000 / options_.slowest_bytes_per_s));
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  if (connection.close) response.set_header("Connection", "close");
  response.set_content(std::move(answer.body), answer.media_type);
}

}  // namespace sekimori
