#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "control/detect/counters.hpp"

namespace sekimori {

/// Cumulative counters to rates over the last second, for all objects in flat rows.
///
/// Counters that have become smaller belong to a dataplane that was restarted; the object's window
/// then begins anew, and until it is half a second long the rates before stay. After a gap in the
/// observations the rates are those over the gap, and after a long one all begins anew.
class RateWindow {
 public:
  static constexpr std::uint64_t length_ms = 1'000;
  static constexpr std::uint64_t least_ms = 500;  ///< from then on a window says something
  static constexpr std::uint64_t max_gap_ms = 5'000;
  static constexpr std::size_t slots = 11;

  explicit RateWindow(std::size_t objects);

  /// One element for each object. `monotonic_ms` never goes back.
  void advance(std::uint64_t monotonic_ms, std::span<const ObjectMeters> meters);

  /// Forgets what was counted; the rates stay until there are new ones.
  void begin_anew();

  [[nodiscard]] const RateRow& rates(std::size_t object) const { return rates_[object]; }
  /// Whether the rates are of this moment.
  [[nodiscard]] bool known(std::size_t object) const { return known_[object] != 0; }

  /// The object's rows, so that its rates can go on in another window that has seen the same times.
  [[nodiscard]] nlohmann::json save_times() const;
  [[nodiscard]] nlohmann::json save_object(std::size_t object) const;
  /// Only before the first `advance`; false if the document is not what was saved.
  bool restore_times(const nlohmann::json& saved);
  bool restore_object(std::size_t object, const nlohmann::json& saved);

 private:
  struct Slot {
    std::uint64_t at_ms = 0;
    std::vector<CounterRow> rows;
  };

  [[nodiscard]] Slot& newest() { return ring_[(first_ + used_ - 1) % slots]; }
  void drop_old(std::uint64_t monotonic_ms);
  void restart(std::size_t object, std::uint64_t monotonic_ms, const CounterRow& row);
  void keep(std::uint64_t monotonic_ms, std::span<const ObjectMeters> meters);

  std::vector<Slot> ring_;
  std::size_t first_ = 0;
  std::size_t used_ = 0;
  std::vector<std::uint64_t> begins_ms_;  ///< by object; not before it began to count anew
  std::vector<RateRow> rates_;
  std::vector<std::uint8_t> known_;
};

}  // namespace sekimori
