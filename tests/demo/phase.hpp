#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/demo/http_load.hpp"
#include "tests/support/dataplane.hpp"

namespace sekimori::demo {

/// The numbers of the demo; the same for every phase, so that phases can be compared.
struct DemoOptions {
  lab::PortDriver driver = lab::PortDriver::af_packet;
  std::uint32_t flood_pps = 10'000;
  std::uint32_t requests_per_s = 200;
  std::chrono::seconds baseline_duration{10};
  std::chrono::seconds load_duration{12};
};

enum class Protection : std::uint8_t {
  none,      ///< the kernel's bridge joins the two ports
  sekimori,  ///< sekimori-dataplane does, with `syn = "proxy"` for the server
};

struct PhaseResult {
  HttpLoadResult load;
  std::uint64_t syns_offered = 0;
  std::uint64_t syns_reached_server = 0;
  std::uint64_t syn_acks_sent = 0;
  /// Segments that the clients' kernel had to send again, whoever lost them.
  std::uint64_t client_retransmissions = 0;
  /// Packets of the clients that Sekimori dropped, and SYNs of theirs that it did not answer.
  std::uint64_t false_drops = 0;
  /// Name of the reason, its text, packets.
  struct Drop {
    std::string name;
    std::string text;
    std::uint64_t packets;
  };
  std::vector<Drop> drops;
};

/// Makes the three hosts, offers the HTTP load, with a flood around it if asked to, and removes all
/// again. Sekimori goes ahead of the machine's other threads, as a box with processors of its own
/// does. `title` stands before the progress.
PhaseResult run_phase(const std::string& title, const DemoOptions& options, Protection protection,
                      bool with_flood);

}  // namespace sekimori::demo
