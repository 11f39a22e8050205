#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/stats_segment.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

/// What is counted of an object, in one flat row so that a pass over all objects is one loop.
enum class Count : std::uint8_t {
  packets,
  bytes,
  tcp,
  udp,
  icmp,
  fragments,
  other,
  syn,
  rst,
  fin,
  dns_queries,
  cookie_valid,
  new_sources,
  syn_ack_sent,
  dropped_packets,
  passed_packets,
  passed_bytes,
  established,
  inside_packets,
  inside_bytes,
};
inline constexpr std::size_t count_kinds = 20;

/// Of cumulative numbers, or of rates per second.
template <typename T>
class CountRow {
 public:
  [[nodiscard]] constexpr T& operator[](Count c) { return values[static_cast<std::size_t>(c)]; }
  [[nodiscard]] constexpr const T& operator[](Count c) const {
    return values[static_cast<std::size_t>(c)];
  }
  std::array<T, count_kinds> values{};
};

using CounterRow = CountRow<std::uint64_t>;
/// Single precision: a share of 1e-7 is far below what samples and seconds can tell.
using RateRow = CountRow<float>;

[[nodiscard]] CounterRow counters_of(const ObjectMeters& meters);

/// The rates that are judged, in each vector's unit.
[[nodiscard]] PerVector<double> offered_rates(const RateRow& rates);

}  // namespace sekimori
