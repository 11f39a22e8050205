#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sekimori {

/// The most workers that one dataplane runs.
inline constexpr unsigned max_workers = 64;

enum class MemoryMode : std::uint8_t {
  automatic,   ///< hugepages when enough are free, ordinary pages otherwise
  huge_pages,  ///< hugepages or nothing
  ordinary_pages,
};

/// What the command line says.
struct Options {
  std::string policy;
  std::string outside;
  std::string inside;
  unsigned workers = 1;
  std::string instance = "default";
  std::optional<std::string> secret_file = {};
  std::optional<std::string> card = {};  ///< place of the one in front of the outside port
  unsigned card_device = 0;
  std::optional<std::string> management = {};       ///< path of the socket for control
  std::optional<std::string> management_user = {};  ///< to whom that socket belongs; empty: to us
  MemoryMode memory = MemoryMode::automatic;
  std::optional<std::uint32_t> idle_sleep_us;  ///< 0: never; empty: decided from the ports
  std::uint16_t mtu = 1500;
  std::vector<std::string> eal_arguments;
};

/// Reads the command line. Empty when the program is to end now, with `exit_status`: help was asked
/// for, or the usage was wrong and the reason stands on standard error.
std::optional<Options> parse_options(int argc, char** argv, int& exit_status);

}  // namespace sekimori
