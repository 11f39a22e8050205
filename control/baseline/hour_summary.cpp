#include "control/baseline/hour_summary.hpp"

#include <algorithm>
#include <cmath>

namespace sekimori {
namespace {

constexpr double steps_per_doubling = 64;

/// Between the two values around the quantile's place (definition 7 of Hyndman and Fan, 1996).
std::uint16_t quantile(std::span<const std::uint16_t> sorted, double part) {
  const double place = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double rest = place - static_cast<double>(below);
  return rate_code(rate_of(sorted[below]) * (1 - rest) + rate_of(sorted[above]) * rest);
}

}  // namespace

std::uint16_t rate_code(double rate) {
  // Also what is no number.
  if (!(rate > 0)) return 0;
  const double code = 1 + std::round(steps_per_doubling * std::log2(std::max(rate, 1.0)));
  return static_cast<std::uint16_t>(std::min(code, double{HourSummary::left_out - 1}));
}

double rate_of(std::uint16_t code) {
  return code == 0 ? 0 : std::exp2((code - 1) / steps_per_doubling);
}

HourSummary summarize(std::span<const std::uint16_t> minute_maxima) {
  if (minute_maxima.size() < minutes_needed) return {};
  std::array<std::uint16_t, 60> sorted{};
  const std::size_t count = std::min(minute_maxima.size(), sorted.size());
  std::copy_n(minute_maxima.begin(), count, sorted.begin());
  const std::span values = std::span{sorted}.first(count);
  std::ranges::sort(values);
  return {.median = quantile(values, 0.5), .high = quantile(values, 0.99), .most = values.back()};
}

HourPlace place_of_hour(std::uint64_t unix_hour) {
  // 1970 began on a Thursday.
  constexpr std::uint64_t hours_since_monday = 72;
  const std::uint64_t hour = unix_hour + hours_since_monday;
  return {.week = hour / hours_of_week, .hour = static_cast<std::size_t>(hour % hours_of_week)};
}

}  // namespace sekimori
