#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "common/evidence.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

/// What proved sources send now, from their cumulative counts of about a second ago.
class ProvedLoads {
 public:
  struct Rate {
    Address source;
    double packets = 0;  ///< each a second
    double bits = 0;
    double connections = 0;

    /// In the vector's unit.
    [[nodiscard]] double of(Vector vector) const;
  };

  void observe(std::span<const SourceLoad> sources, std::uint64_t monotonic_ms);
  void clear();

  /// Of the sources of one object, in their order. A source counts from the second snapshot on in
  /// which it is seen: one that was missing in a single reading must not seem to have sent all its
  /// packets since.
  [[nodiscard]] std::vector<Rate> of(std::uint32_t object) const;
  [[nodiscard]] double packets_of(std::uint32_t object) const;
  [[nodiscard]] bool proved(std::uint32_t object, const Address& source) const;

 private:
  struct Snapshot {
    std::uint64_t at_ms = 0;
    std::vector<SourceLoad> sources;  ///< by object and source
  };

  Snapshot now_;
  std::deque<Snapshot> before_;  ///< oldest first
};

/// What a source may send before it is more than its share, in the vector's unit: a twentieth of
/// the threshold, and five times the median of those that send less than that.
[[nodiscard]] double fair_share(std::span<const ProvedLoads::Rate> rates, Vector vector,
                                double threshold);

}  // namespace sekimori
