#pragma once

#include <cstdint>

namespace sekimori {

inline constexpr std::uint64_t ns_per_us = 1'000;
inline constexpr std::uint64_t ns_per_ms = 1'000'000;
inline constexpr std::uint64_t ns_per_s = 1'000'000'000;

/// The two readings of time that packet code needs, taken once a burst. In replay both are packet
/// time.
struct Now {
  /// Never goes back; ages state and fills token buckets.
  std::uint64_t monotonic_ns = 0;
  /// Nanoseconds since 1970; only cookies and timestamps look at it.
  std::uint64_t unix_ns = 0;

  [[nodiscard]] constexpr std::uint64_t monotonic_ms() const { return monotonic_ns / ns_per_ms; }
  [[nodiscard]] constexpr std::uint64_t unix_ms() const { return unix_ns / ns_per_ms; }
  [[nodiscard]] constexpr std::uint64_t unix_s() const { return unix_ns / ns_per_s; }
};

/// Reads CLOCK_MONOTONIC and CLOCK_REALTIME.
[[nodiscard]] Now read_clock();

}  // namespace sekimori
