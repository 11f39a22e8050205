#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/stats_segment.hpp"
#include "control/metrics/families.hpp"

namespace sekimori {

/// The name under which all objects without series of their own are summed. An object that is
/// really called so is always among them.
inline constexpr const char* other_objects = "other";

/// Chooses which objects have series of their own, and sums the rest.
class ObjectSeries {
 public:
  explicit ObjectSeries(std::size_t max_objects) : max_objects_(max_objects) {}

  /// Takes the next snapshot and adds its metrics. `abnormal` are names of objects.
  void add(const StatsSnapshot& snapshot, const std::vector<std::string>& abnormal,
           Families& families);

  static constexpr std::size_t single_columns = 14;
  static constexpr std::size_t class_columns = 2;
  static constexpr std::size_t columns = single_columns + class_columns * traffic_class_count;

 private:
  using Values = std::array<std::uint64_t, columns>;
  using Names = std::unordered_set<std::string>;

  static Values values_of(const ObjectMeters& meters);
  [[nodiscard]] std::vector<bool> choose(const StatsSnapshot& snapshot, const Names& abnormal,
                                         const std::vector<Values>& values) const;

  std::size_t max_objects_;
  std::uint64_t process_id_ = 0;
  std::uint64_t started_unix_ns_ = 0;
  std::vector<Values> previous_;  ///< of all objects, by slot
  std::vector<bool> shown_;
  Values other_{};  ///< what objects counted while they had no series of their own
};

}  // namespace sekimori
