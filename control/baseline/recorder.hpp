#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/baseline/hour_summary.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

/// An hour that has passed, for the store.
struct FinishedHour {
  std::string object;
  Vector vector{};
  std::uint64_t hour = 0;  ///< since 1970, UTC
  HourSummary summary;
};

/// Turns rates of seconds into summaries of hours. It keeps one hour; what is finished goes to the
/// store. A vector that has always been 0 takes no memory, and no record either: where `packets`
/// has an hour and another vector has none, that one was 0.
class BaselineRecorder {
 public:
  explicit BaselineRecorder(std::span<const std::string> objects) { replace_objects(objects); }

  /// Other objects from now on; those of the same name go on.
  void replace_objects(std::span<const std::string> objects);

  /// The time has come to this second. Returns the hours that are finished with it, if the last one
  /// is. A clock that goes back begins the hour anew.
  std::vector<FinishedHour> advance(std::uint64_t unix_s);

  /// The rates of one object in the second that `advance` came to, each in its vector's unit. An
  /// hour in which something was abnormal is left out of all baselines.
  void observe(std::size_t object, const PerVector<double>& rates, bool abnormal);

 private:
  static constexpr std::size_t minutes_of_hour = 60;
  using Minutes = std::array<std::uint16_t, minutes_of_hour>;

  struct ObjectHour {
    std::string name;
    PerVector<float> most;           ///< in this minute
    bool seen = false;               ///< in this minute
    bool abnormal = false;           ///< in this hour
    std::uint64_t minutes_seen = 0;  ///< a bit for each
    /// Null while the vector has been 0 in all of the hour.
    PerVector<std::unique_ptr<Minutes>> minutes;
  };

  void end_minute();
  std::vector<FinishedHour> end_hour();

  std::vector<ObjectHour> objects_;
  std::optional<std::uint64_t> minute_;  ///< since 1970
};

}  // namespace sekimori
