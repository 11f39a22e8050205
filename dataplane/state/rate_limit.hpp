#pragma once

#include <algorithm>
#include <cstdint>

#include "common/clock.hpp"

namespace sekimori {

/// A rate limit by the generic cell rate algorithm (ITU-T I.371), which needs one number of state:
/// the time at which everything admitted so far would have passed at exactly the rate.
class RateLimit {
 public:
  /// Whether `amount` units may pass now at `per_s` units a second, 0 standing for no limit; they
  /// are counted if so. Short bursts of up to `burst_ns` worth of units are let through.
  [[nodiscard]] bool admit(std::uint64_t now_ns, std::uint64_t per_s, std::uint64_t amount) {
    if (per_s == 0) return true;
    const std::uint64_t now = now_ns * parts_per_ns;
    const std::uint64_t start = std::max(reached_, now);
    // An amount is at most the 2^19 bits of a packet times 2^10 workers, so the
    // product fits in 64 bits.
    const std::uint64_t cost = amount * (ns_per_s * parts_per_ns) / per_s;
    if (start - now > burst_ns * parts_per_ns) {
      // What a lower rate of before has left behind is worth no more than one unit at this one.
      reached_ = std::min(reached_, now + burst_ns * parts_per_ns + cost);
      return false;
    }
    reached_ = start + cost;
    return true;
  }

 private:
  static constexpr std::uint64_t burst_ns = ns_per_s / 10;
  /// At 100 Gbit/s a short packet lasts 5 ns, so whole nanoseconds would be too coarse. Sixteenths
  /// of them last for 36 years of uptime.
  static constexpr std::uint64_t parts_per_ns = 16;

  std::uint64_t reached_ = 0;  ///< in parts of a nanosecond
};

}  // namespace sekimori
