#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/demo/http_load.hpp"
#include "tests/support/dataplane.hpp"

namespace sekimori::demo {

/// The service of the demo: a town hall for each tenant, all in one data center.
inline constexpr int tenant_count = 217;
/// The tenant under attack, counted from 0.
inline constexpr int target_tenant = 16;
/// How long the clients have been at work when a flood begins.
inline constexpr std::chrono::seconds flood_lead{3};
/// "town-001" to "town-217".
std::string tenant_name(int tenant);

/// The numbers of the demo; the same for every phase, so that phases can be compared.
struct DemoOptions {
  lab::PortDriver driver = lab::PortDriver::af_packet;
  std::uint32_t flood_pps = 12'000;
  std::uint32_t requests_per_s = tenant_count;
  /// What the one threshold for all lets through: more than all clients send, a fifth of the flood.
  std::uint32_t global_threshold_pps = 2'500;
  std::chrono::seconds baseline_duration{8};
  std::chrono::seconds load_duration{14};
};

enum class Protection : std::uint8_t {
  none,              ///< the kernel's bridge joins the two ports
  global_threshold,  ///< one threshold for the whole service
  keeper,            ///< sekimori-dataplane with sekimori-control
};

enum class Attack : std::uint8_t { none, flood };

/// What the control plane has seen and done, as `sekictl` tells it.
struct KeeperResult {
  double detect_s = 0;  ///< from the first packet of the flood to the incident's record
  /// From there until the first measure was in force; no value if there never was one.
  std::optional<double> mitigate_s;
  std::string diagnosis;
  std::vector<std::string> steps;  ///< of the ladder, with their reasons
  std::uint64_t notices = 0;       ///< delivered to the tenant and the operators
  std::uint32_t unaffected = 0;    ///< objects that the record shows not to be affected
  bool normal_again = false;       ///< no measure is left in the end
  std::string report;              ///< the incident's, for the terminal
};

struct PhaseResult {
  HttpLoadResult load;
  std::uint64_t syns_offered = 0;
  std::uint64_t syns_reached_server = 0;
  std::uint64_t syn_acks_sent = 0;
  /// Segments that the clients' kernel had to send again, whoever lost them.
  std::uint64_t client_retransmissions = 0;
  /// Name of the reason, its text, packets.
  struct Drop {
    std::string name;
    std::string text;
    std::uint64_t packets;
  };
  std::vector<Drop> drops;
  std::optional<KeeperResult> keeper;

  [[nodiscard]] std::uint64_t target_failed() const;
  [[nodiscard]] std::uint64_t others_failed() const;
};

/// Makes the hosts, offers the HTTP load to all tenants in turn, with a flood on one of them if
/// asked to, and removes all again. Sekimori goes ahead of the machine's other threads, as a box
/// with processors of its own does. `title` stands before the progress.
PhaseResult run_phase(const std::string& title, const DemoOptions& options, Protection protection,
                      Attack attack);

}  // namespace sekimori::demo
