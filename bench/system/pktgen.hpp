#pragma once

#include <cstdint>
#include <string>

#include "bench/system/device.hpp"
#include "bench/system/frames.hpp"
#include "bench/system/search.hpp"

namespace sekimori::bench {

/// Pktgen-DPDK with the scripts of bench/pktgen, in place of our own generator.
class Pktgen {
 public:
  /// Whether there is a program `pktgen` in PATH.
  [[nodiscard]] static bool installed();

  Pktgen(const Site& site, bool huge_pages, std::uint64_t trial_ns, const SearchSettings& search)
      : site_(site), huge_pages_(huge_pages), trial_ns_(trial_ns), search_(search) {}

  /// Throughput of the device at the other ends of the ports, which nobody else has open. Throws
  /// std::runtime_error with what Pktgen says if that fails.
  [[nodiscard]] Throughput throughput(const TestFrames& frames, const CablePair& ports);

 private:
  [[nodiscard]] std::vector<std::string> command(const TestFrames& frames, const CablePair& ports,
                                                 const std::string& capture,
                                                 const std::string& results) const;

  const Site& site_;
  bool huge_pages_;
  std::uint64_t trial_ns_;
  SearchSettings search_;
};

}  // namespace sekimori::bench
