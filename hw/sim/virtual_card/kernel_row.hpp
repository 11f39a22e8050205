#pragma once

#include <cstdint>
#include <vector>

#include "Vdns_suffix.h"
#include "Vsyn_cookie.h"
#include "hw/sim/frames.hpp"
#include "hw/sim/stream_bench.hpp"

namespace sekimori {

/// The Verilated kernels of a card in a row, as between its network port and the host:
///
///     wire > syn_cookie +> dns_suffix > host
///                       +> wire
class KernelRow {
 public:
  /// What has left for the host, with metadata, and for the wire.
  struct Left {
    std::vector<Bytes> host;
    std::vector<Bytes> wire;
  };

  /// Sends frames, each of `shortest_frame` to `longest_frame` bytes, through the kernels until all
  /// of them have left, and reports of SYNs among them. Throws std::runtime_error when one does not
  /// come out.
  Left run(std::vector<Bytes> frames);

  [[nodiscard]] RegisterAccess& syn_cookie() { return syn_cookie_; }
  /// Clocks of both kernels together.
  [[nodiscard]] std::uint64_t clocks() const { return syn_cookie_.clocks() + dns_suffix_.clocks(); }

  static constexpr std::size_t shortest_frame = 60;  ///< of Ethernet, without FCS
  static constexpr std::size_t longest_frame = 9018;

 private:
  /// Reports that the SYN cookie kernel has made, modulo 2^32.
  std::uint32_t count_reports();

  StreamBench<Vsyn_cookie> syn_cookie_;
  StreamBench<Vdns_suffix> dns_suffix_;
  std::uint32_t reports_ = 0;  ///< that have left
};

}  // namespace sekimori
