#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/baseline/hour_summary.hpp"
#include "control/model/defence.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

/// What is known of one object: a few weeks of each vector, in any order. Where `packets` has an
/// hour and another vector has none, that vector was 0.
using ObjectHistory = PerVector<std::vector<WeekProfile>>;

/// How many weeks count, and are kept.
inline constexpr std::uint64_t weeks_kept = 4;

/// How far a proposal can be relied on.
enum class Confidence : std::uint8_t {
  low,     ///< less than three days were seen
  medium,  ///< less than two weeks, so that no hour of the week was seen twice
  high,
};
inline constexpr std::array<std::string_view, 3> confidence_names{"low", "medium", "high"};

/// The rates of normal hours, as far as history shows them.
struct Baseline {
  std::uint64_t hours = 0;           ///< that count
  std::uint64_t hours_incident = 0;  ///< left out, as an incident was open
  std::uint64_t hours_outlier = 0;   ///< left out, as no other week knows the like
  double median = 0;                 ///< of the hours' medians
  double high = 0;                   ///< the highest of the hours' quantiles 0.99
  std::size_t highest_hour = 0;      ///< of the week, in which that was
  Confidence confidence{};
};

/// Empty when no hour counts.
[[nodiscard]] std::optional<Baseline> baseline_of(const ObjectHistory& history, Vector vector);

/// A threshold with its reasons. It is proposed, no more: it holds when somebody has accepted it.
struct Proposal {
  Vector vector{};
  std::uint64_t threshold = 0;  ///< in the vector's unit
  bool bounded_by_capacity = false;
  bool raised_to_floor = false;
  Baseline baseline;
  std::string reason;  ///< in words and figures
};

/// What is above the highest normal rate by this factor is abnormal. Twice is what a deadline or
/// the news bring; the floods that thresholds are for bring ten times and more. Three times leaves
/// room to the first and, even with protection level low, which doubles it, stays below the second.
inline constexpr double headroom = 3;

/// A rate is an outlier above this many times the median of the same hour in the other weeks.
inline constexpr double outlier_factor = 5;

/// No threshold is proposed below this: so little endangers nothing, whatever history says.
[[nodiscard]] std::uint64_t threshold_floor(Vector vector);

/// Proposals for all vectors about which there is history. None is above the declared capacity.
[[nodiscard]] std::vector<Proposal> propose_thresholds(const ObjectHistory& history,
                                                       const CapacityPolicy& capacity);

/// The proposal multiplied by a factor, within the capacity, with that in its reason.
[[nodiscard]] Proposal tuned(Proposal proposal, double factor, const CapacityPolicy& capacity);

/// "Monday 14:00 UTC".
[[nodiscard]] std::string hour_text(std::size_t hour_of_week);

}  // namespace sekimori
