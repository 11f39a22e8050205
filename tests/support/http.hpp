#pragma once

#include <string>

#include "tests/support/endpoint.hpp"
#include "tests/support/namespace.hpp"
#include "tests/support/tcp_socket.hpp"

namespace sekimori::lab {

/// What came of one HTTP/1.1 request on a connection of its own.
struct HttpResult {
  int error = 0;   ///< errno of the connection, 0 when the whole response arrived
  int status = 0;  ///< of the response
  std::string body = {};
};

/// Requests on a connected socket, with `Connection: close`, and reads the response.
HttpResult http_get(TcpSocket& connection, const std::string& path,
                    std::chrono::milliseconds at_most = patience);
HttpResult http_put(TcpSocket& connection, const std::string& path, const std::string& body,
                    std::chrono::milliseconds at_most = patience);

/// Connects first.
HttpResult http_get(const Namespace& client, const Endpoint& server, const std::string& path,
                    std::chrono::milliseconds at_most = patience);
HttpResult http_put(const Namespace& client, const Endpoint& server, const std::string& path,
                    const std::string& body, std::chrono::milliseconds at_most = patience);

}  // namespace sekimori::lab
