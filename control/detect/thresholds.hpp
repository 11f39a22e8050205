#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "control/model/policy.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

/// From which rate on an object's vector is abnormal, in the vector's unit.
struct Threshold {
  double rate = 0;       ///< scaled by the protection level; 0: none, so it is never abnormal
  bool learned = false;  ///< and not the policy's
};

/// By how much a protection level scales: low judges at twice the threshold, high at half.
[[nodiscard]] double level_factor(ProtectionLevel level);

/// The policy's threshold, else the learned one, else none; for each object. `learned` may be
/// shorter than the objects.
[[nodiscard]] std::vector<PerVector<Threshold>> resolve_thresholds(
    const Policy& policy, std::span<const PerVector<std::uint64_t>> learned);

/// Threshold of several objects together.
///
/// A threshold T is taken as three times the usual load, T/3, so that 2T/3 is what an object may
/// peak above it. Usual loads add up; peaks of independent objects add up as the root of their
/// squares, as standard deviations do. So the sum is T for one object, and grows toward a third of
/// the thresholds' sum for many: an attack that stays below each single threshold is seen.
class DerivedThreshold {
 public:
  void add(double threshold) {
    usual_ += threshold / 3;
    squared_peaks_ += (2 * threshold / 3) * (2 * threshold / 3);
    ++members_;
  }
  [[nodiscard]] std::size_t members() const { return members_; }
  [[nodiscard]] double rate() const;

 private:
  double usual_ = 0;
  double squared_peaks_ = 0;
  std::size_t members_ = 0;
};

}  // namespace sekimori
