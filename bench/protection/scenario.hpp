#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/dataplane.hpp"

namespace sekimori::bench {

/// What stands between the clients, the attacker and the server.
struct Protection {
  enum class Kind : std::uint8_t { none, kernel_synproxy, sekimori };

  std::string name;
  std::string text;  ///< for people
  Kind kind = Kind::none;
  std::string syn_mode = {};  ///< of Sekimori
};

/// None, the kernel's SYNPROXY, and Sekimori in each mode that authenticates.
[[nodiscard]] std::vector<Protection> all_protections();

struct Load {
  lab::PortDriver driver = lab::PortDriver::af_xdp;
  std::uint32_t requests_per_s = 0;
  std::chrono::seconds duration{};
};

/// What the clients met under one attack.
struct Point {
  double attack_pps = 0;  ///< SYNs of the attacker that left it
  double goodput_rps = 0;
  double failed_percent = 0;
  double connect_p50_ms = 0;
  double connect_p99_ms = 0;  ///< failed connections count with the timeout
};

/// A site with one protection: attacker and clients, box, web server. The box has a CPU of its own,
/// as far as a machine of two allows it; the other three share the first.
class Site {
 public:
  Site(const Protection& protection, const Load& load);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site();

  /// Attacks with that many SYNs a second, or as many as go if there is no number, and offers the
  /// load meanwhile. Each call uses clients that the box has not seen.
  [[nodiscard]] Point attack(std::optional<std::uint32_t> rate_pps);

 private:
  struct Parts;

  Load load_;
  int next_client_ = 0;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sekimori::bench
