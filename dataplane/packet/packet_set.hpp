#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "dataplane/packet/frame.hpp"

namespace sekimori {

// Sets of a burst's packets are words in which bit i stands for packet i, so that work on a set
// looks at no packet that is not in it.

static_assert(max_burst <= 64);

/// The set of the first `count` packets.
[[nodiscard]] constexpr std::uint64_t first_packets(std::size_t count) {
  return count == 0 ? 0 : ~std::uint64_t{0} >> (64 - count);
}
/// How many packets are in `set`.
[[nodiscard]] constexpr std::uint64_t size_of(std::uint64_t set) {
  return static_cast<std::uint64_t>(std::popcount(set));
}
/// Calls `visit` with the number of every packet in `set`, in order.
template <typename Visitor>
void for_each_packet(std::uint64_t set, Visitor&& visit) {
  for (; set != 0; set &= set - 1) visit(static_cast<std::size_t>(std::countr_zero(set)));
}

}  // namespace sekimori
