#pragma once

#include <sys/un.h>

#include <cstring>
#include <string>
#include <tl/expected.hpp>

namespace sekimori {

/// The address of a Unix socket at `path`. The error is the rule that the path breaks.
[[nodiscard]] inline tl::expected<sockaddr_un, std::string> unix_address(const std::string& path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return tl::unexpected{"must be a path of 1 to " + std::to_string(sizeof(address.sun_path) - 1) +
                          " bytes"};
  }
  address.sun_family = AF_UNIX;
  std::memcpy(static_cast<void*>(address.sun_path), path.data(), path.size());
  return address;
}

}  // namespace sekimori
