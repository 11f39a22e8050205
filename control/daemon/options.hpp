#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sekimori {

/// `sekimori-control`: runs until SIGTERM.
struct RunOptions {
  std::string state = "/var/lib/sekimori";
  std::string instance = "default";
  std::string management = "/run/sekimori/management.sock";
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 8443;
};

/// `sekimori-control init`: makes what must be secret, once.
struct InitOptions {
  std::string state = "/var/lib/sekimori";
  /// Names and addresses under which the API is reached; they go into the server's certificate.
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
};

using ControlOptions = std::variant<RunOptions, InitOptions>;

/// Reads the command line. Empty when the program is to end now, with `exit_status`: help was asked
/// for, or the usage was wrong and the reason stands on standard error.
std::optional<ControlOptions> parse_control_options(int argc, char** argv, int& exit_status);

}  // namespace sekimori
