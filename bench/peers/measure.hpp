#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/generator/syn_generator.hpp"
#include "tests/support/dataplane.hpp"
#include "tests/support/lab.hpp"

namespace sekimori::bench {

/// Something in the box that answers SYNs.
class Box {
 public:
  virtual ~Box() = default;
  /// Its processes; a box in the kernel has none.
  [[nodiscard]] virtual std::vector<pid_t> processes() const { return {}; }
};

/// The row that says what veth itself costs.
inline constexpr const char* veth_alone = "sent_back";

struct Peer {
  std::string name;
  std::string text;  ///< for people
  bool transparent;  ///< takes frames for the server's Ethernet address, not for its own
  std::function<std::unique_ptr<Box>(const lab::Lab&, const SynGenerator&)> set_up;
};

/// The kernel's SYNPROXY, its SYN cookies, and Sekimori over both ways into a Linux interface; last
/// what only sends the SYN back. The first is what the others are compared with.
[[nodiscard]] std::vector<Peer> all_peers();

/// One flood against one peer.
struct Sample {
  /// CPU time per answered SYN, less what sending it costs.
  double ns_per_syn = 0;
  double generator_ns = 0;  ///< what sending one SYN to a port that drops it costs
  double syns_per_s = 0;    ///< answered
  double answered_percent = 0;
  /// CPU time per answered SYN from /proc/stat instead of clocks, less the same: all that ran on
  /// the machine.
  double machine_ns_per_syn = 0;
};

/// Sets the peer up, floods it, and takes it away. Throws LabError if it answers nothing.
[[nodiscard]] Sample measure(const lab::Lab& lab, const Peer& peer,
                             std::chrono::milliseconds duration);

}  // namespace sekimori::bench
