#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace sekimori::bench {

/// What is asked of the generator: frames at a constant rate for a time. As many as it can make,
/// back to back, if the rate is `unlimited`.
struct Load {
  static constexpr double unlimited = std::numeric_limits<double>::infinity();

  double pps = unlimited;
  std::uint64_t duration_ns = 0;
  std::uint64_t max_frames = std::numeric_limits<std::uint64_t>::max();
};

/// What became of the frames of one trial. A frame counts as lost if it did not come back, also if
/// the device's receive ring had no room for it.
struct Trial {
  std::uint64_t offered = 0;
  std::uint64_t refused = 0;  ///< of these, lost as the device's receive ring was full
  std::uint64_t received = 0;
  std::uint64_t repeated = 0;   ///< came back more than once
  std::uint64_t reordered = 0;  ///< came back behind a frame that was sent later
  std::uint64_t foreign = 0;    ///< came back without having been sent in this trial
  double offered_s = 0;         ///< how long frames were offered
  /// Of each frame that came back, in nanoseconds; only if asked for.
  std::vector<std::uint32_t> latencies_ns = {};
  /// When the last frame that was lost had been offered, since the begin of the last load; negative
  /// if that was before. Only if asked for.
  double last_loss_s = -1;

  [[nodiscard]] std::uint64_t lost() const { return offered - received; }
  [[nodiscard]] bool lossless() const { return offered > 0 && lost() == 0; }
  [[nodiscard]] double offered_pps() const { return static_cast<double>(offered) / offered_s; }
  [[nodiscard]] double received_pps() const { return static_cast<double>(received) / offered_s; }
};

}  // namespace sekimori::bench
