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
    const std::uint64_t start = std::max(reached_ns_, now_ns);
    if (start - now_ns > burst_ns) return false;
    // Amounts are at most 2^19 bits of a packet, so the product fits in 64 bits.
    reached_ns_ = start + amount * ns_per_s / per_s;
    return true;
  }

 private:
  static constexpr std::uint64_t burst_ns = ns_per_s / 10;

  std::uint64_t reached_ns_ = 0;
};

}  // namespace sekimori
