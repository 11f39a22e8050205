#include "tests/support/http.hpp"

#include <cerrno>
#include <charconv>

namespace sekimori::lab {
namespace {

constexpr std::string_view status_line = "HTTP/1.1 ";
constexpr std::string_view head_end = "\r\n\r\n";

HttpResult exchange(TcpSocket& connection, const std::string& request,
                    std::chrono::milliseconds at_most) {
  HttpResult result;
  std::string response;
  result.error = connection.send(request, at_most);
  if (result.error == 0) {
    result.error = connection.receive_to_end(response, at_most);
  }
  const std::size_t head = response.find(head_end);
  if (result.error != 0 || !response.starts_with(status_line) || head == std::string::npos) {
    result.error = result.error != 0 ? result.error : EPROTO;
    return result;
  }
  const char* number = response.data() + status_line.size();
  std::from_chars(number, number + 3, result.status);
  result.body = response.substr(head + head_end.size());
  return result;
}

}  // namespace

HttpResult http_get(TcpSocket& connection, const std::string& path,
                    std::chrono::milliseconds at_most) {
  return exchange(connection, "GET " + path + " HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n",
                  at_most);
}

HttpResult http_put(TcpSocket& connection, const std::string& path, const std::string& body,
                    std::chrono::milliseconds at_most) {
  return exchange(connection,
                  "PUT " + path + " HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n" +
                      "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
                  at_most);
}

HttpResult http_get(const Namespace& client, const Endpoint& server, const std::string& path,
                    std::chrono::milliseconds at_most) {
  TcpSocket connection{client, server.family()};
  const int error = connection.connect(server, at_most);
  return error != 0 ? HttpResult{.error = error} : http_get(connection, path, at_most);
}

HttpResult http_put(const Namespace& client, const Endpoint& server, const std::string& path,
                    const std::string& body, std::chrono::milliseconds at_most) {
  TcpSocket connection{client, server.family()};
  const int error = connection.connect(server, at_most);
  return error != 0 ? HttpResult{.error = error} : http_put(connection, path, body, at_most);
}

}  // namespace sekimori::lab
