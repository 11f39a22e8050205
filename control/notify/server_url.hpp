#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace sekimori {

/// The server that a URL names.
struct ServerUrl {
  std::string scheme;
  std::string host;  ///< an IPv6 address without its brackets
  std::uint16_t port = 0;

  /// The same for all URLs of one server.
  [[nodiscard]] std::string origin() const {
    return scheme + "://" + host + ":" + std::to_string(port);
  }
};

/// Takes a URL apart (RFC 3986). The port is the scheme's if there is none: 80, 443, 25 for smtp,
/// 465 for smtps, 514 for udp, 601 for tcp (RFC 5426, RFC 6587).
[[nodiscard]] tl::expected<ServerUrl, std::string> parse_server_url(const std::string& url);

/// The origin of a URL; the URL itself when it cannot be taken apart.
[[nodiscard]] std::string origin_of(const std::string& url);

}  // namespace sekimori
