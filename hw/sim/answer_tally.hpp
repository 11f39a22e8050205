#pragma once

#include <cstdint>
#include <vector>

#include "hw/host/range_tree.hpp"
#include "hw/sim/golden.hpp"

namespace sekimori {

/// Which answered SYNs are also sent to the host as reports, as the SYN cookie kernel decides
/// (docs/hw/syn-cookie.md). It sees them one by one, in the order in which they arrived.
class AnswerTally {
 public:
  /// As the benches build the kernels, so that the bound is met.
  static constexpr std::uint32_t reports_per_ms = 4;

  /// Counts an answered SYN and, if it is a report, fills in what the host gets of it. `received`
  /// is the SYN, `destinations` the tree in which the kernel has looked its destination up.
  void enter(Outcome& outcome, const Bytes& received, const RangeTree& destinations);

  /// SYNs that have not been reported.
  [[nodiscard]] std::uint64_t unreported() const;

 private:
  struct Range {
    std::uint16_t syns = 0;  ///< since the last report
    std::uint8_t ms = 0;     ///< of it, modulo 2^8
  };

  /// How many SYNs it reports; 0 if it is no report.
  std::uint16_t count(std::size_t range, std::uint32_t ms);

  std::vector<Range> ranges_;
  std::uint32_t last_ms_ = 0;            ///< of the last SYN
  std::uint32_t left_ = reports_per_ms;  ///< reports that may still be made in it
};

}  // namespace sekimori
