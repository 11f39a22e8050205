#pragma once

#include <cstdint>

#include "dataplane/state/huge_pages.hpp"

namespace sekimori {

/// Remembers which SYNs were seen a moment ago, in constant memory: a hash picks one cell, which
/// holds a mark of the SYN and the time. A newer SYN may push an older one out; that client then
/// needs one more retransmission.
class SynMemory {
 public:
  enum class Answer : std::uint8_t { first, too_soon, retransmitted };

  SynMemory() : cells_(cell_count) {}

  /// What this SYN is, given the window in which a TCP stack retransmits (RFC 6298: first after 1
  /// s, then doubling). A first one is remembered.
  [[nodiscard]] Answer look(std::uint64_t hash, std::uint32_t now_ms, std::uint32_t min_ms,
                            std::uint32_t max_ms) {
    Cell& cell = cells_[hash % cell_count];
    const auto mark = static_cast<std::uint32_t>(hash >> 32) | 1U;
    const std::uint32_t age = now_ms - cell.seen_ms;
    if (cell.mark == mark && age <= max_ms) {
      return age < min_ms ? Answer::too_soon : Answer::retransmitted;
    }
    cell = {.mark = mark, .seen_ms = now_ms};
    return Answer::first;
  }

 private:
  static constexpr std::size_t cell_count = 1U << 18;

  struct Cell {
    std::uint32_t mark = 0;
    std::uint32_t seen_ms = 0;
  };
  HugePageVector<Cell> cells_;
};

}  // namespace sekimori
