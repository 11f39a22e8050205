#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/lab.hpp"
#include "tests/support/packet_socket.hpp"
#include "tests/support/process.hpp"

namespace sekimori::demo {

struct FloodOptions {
  std::string target = lab::Lab::server_ipv4;
  std::uint32_t rate_pps = 0;
  std::chrono::seconds duration{};
  unsigned seed = 1;
};

/// A flood of SYNs for port 80 of one address of the lab's server, each with a random source
/// address, port and sequence number, sent by trafgen at the client's interface. The same seed
/// gives the same SYNs. It ends by itself.
class Flood {
 public:
  /// Returns when it has begun.
  Flood(const lab::Lab& lab, const FloodOptions& options);

  /// Unix time, just before the first sender was started.
  [[nodiscard]] std::uint64_t began_unix_ms() const { return began_unix_ms_; }
  /// The SYNs that have left the attacker, as a packet socket there counts them.
  std::uint64_t offered() { return leaving_.count(); }
  void wait_for_end();

 private:
  lab::PacketCounter leaving_;
  std::chrono::seconds duration_;
  std::uint64_t began_unix_ms_ = 0;
  std::vector<lab::Process> senders_;
};

}  // namespace sekimori::demo
