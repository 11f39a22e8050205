#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "control/api/tls_context.hpp"

namespace sekimori::test {

/// Files that a client shows and trusts. No certificate: it shows none.
struct ClientFiles {
  std::filesystem::path authority;
  std::filesystem::path certificate = {};
  std::filesystem::path key = {};
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// A client that sends whatever it is told to, over TLS to a port of this machine.
class TlsClient {
 public:
  /// Empty if the handshake fails; in TLS 1.3 a server may refuse the client only afterwards.
  static std::optional<TlsClient> connect(std::uint16_t port, const ClientFiles& files,
                                          int max_version = 0);

  bool send(const std::string& bytes);
  /// The next answer; empty if the connection ends or none comes in time. `with_body` is false
  /// after HEAD.
  std::optional<HttpAnswer> receive(bool with_body = true);
  /// Whether the server ends the connection in time without another byte.
  bool is_closed_by_server();

 private:
  struct Socket {
    int descriptor = -1;
    explicit Socket(int d) : descriptor(d) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();
  };
  TlsClient() = default;
  std::optional<std::string> read_until(const std::string& end);

  TlsContext context_;
  std::unique_ptr<Socket> socket_;
  TlsSession session_;
  std::string buffer_;
};

/// A TCP connection to a port of this machine; -1 if there is none.
int connect_to_port(std::uint16_t port);

}  // namespace sekimori::test
