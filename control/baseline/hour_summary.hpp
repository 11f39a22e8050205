#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tl/expected.hpp>

namespace sekimori {

// Rates as history keeps them: 16 bits each, on a logarithmic scale. docs/algorithms/baseline.md
// has the arithmetic.

/// 0 for 0, else 1 and 64 for each doubling above one a second: within 0.55 % of the rate. A rate
/// between 0 and 1 counts as 1.
[[nodiscard]] std::uint16_t rate_code(double rate);
[[nodiscard]] double rate_of(std::uint16_t code);

/// The maxima of an hour's minutes in three numbers.
struct HourSummary {
  std::uint16_t median = not_seen;
  std::uint16_t high = not_seen;  ///< the quantile 0.99
  std::uint16_t most = not_seen;

  static constexpr std::uint16_t not_seen = 0xffff;  ///< watched too little
  static constexpr std::uint16_t left_out = 0xfffe;  ///< an incident was open

  [[nodiscard]] bool counts() const { return median < left_out; }
  [[nodiscard]] bool was_left_out() const { return median == left_out; }
  [[nodiscard]] static HourSummary of_incident() { return {left_out, left_out, left_out}; }
  [[nodiscard]] static HourSummary of_silence() { return {0, 0, 0}; }

  friend bool operator==(const HourSummary&, const HourSummary&) = default;
};
static_assert(sizeof(HourSummary) == 6);

/// An hour is summarised when at least half of its minutes were watched.
inline constexpr std::size_t minutes_needed = 30;

/// From the codes of the minutes that were watched, in any order; at most 60.
[[nodiscard]] HourSummary summarize(std::span<const std::uint16_t> minute_maxima);

inline constexpr std::size_t hours_of_week = 168;

/// Hours since 1970, UTC. Weeks begin on Monday at 0:00 UTC.
struct HourPlace {
  std::uint64_t week = 0;
  std::size_t hour = 0;  ///< of the week

  friend bool operator==(const HourPlace&, const HourPlace&) = default;
};
[[nodiscard]] HourPlace place_of_hour(std::uint64_t unix_hour);

/// One week of one object and vector.
struct WeekProfile {
  static constexpr std::size_t bytes_size = hours_of_week * sizeof(HourSummary);

  std::uint64_t week = 0;
  std::array<HourSummary, hours_of_week> hours{};
};

}  // namespace sekimori
