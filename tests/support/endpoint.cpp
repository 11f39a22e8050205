#include "tests/support/endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

#include "tests/support/errors.hpp"

namespace sekimori::lab {

Endpoint::Endpoint(const std::string& address, std::uint16_t port) {
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  if (::inet_pton(AF_INET, address.c_str(), &ipv4.sin_addr) == 1) {
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    std::memcpy(&storage_, &ipv4, sizeof ipv4);
    length_ = sizeof ipv4;
  } else if (::inet_pton(AF_INET6, address.c_str(), &ipv6.sin6_addr) == 1) {
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    std::memcpy(&storage_, &ipv6, sizeof ipv6);
    length_ = sizeof ipv6;
  } else {
    throw LabError("'" + address + "' is no IP address");
  }
}

}  // namespace sekimori::lab
