#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace sekimori::lab {

/// An address and a TCP port, in the form that socket calls take.
class Endpoint {
 public:
  /// `address` is a dotted quad or RFC 4291 text; throws LabError when it is neither.
  Endpoint(const std::string& address, std::uint16_t port);

  [[nodiscard]] int family() const { return storage_.ss_family; }
  [[nodiscard]] const sockaddr* address() const {
    return reinterpret_cast<const sockaddr*>(&storage_);
  }
  [[nodiscard]] socklen_t length() const { return length_; }

 private:
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

}  // namespace sekimori::lab
