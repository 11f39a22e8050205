#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "common/address.hpp"

namespace sekimori {

/// A source that proved itself, with what it sends to one object, in the unit of a vector.
struct ProvedSource {
  Prefix source;
  double rate = 0;
};

/// The sources that one ladder blocks. Each is blocked for a time of its own and then tried again;
/// one that has not stopped is blocked for twice as long, up to eight times.
class BlockedSources {
 public:
  static constexpr std::size_t max_sources = 1'000;
  static constexpr std::uint64_t box_ms = 60'000;
  static constexpr std::uint64_t max_box_factor = 8;
  /// A source that has been quiet for so long after its time begins with the shortest one again.
  static constexpr std::uint64_t remember_ms = 600'000;

  struct Entry {
    Prefix source;
    double rate = 0;  ///< the highest at which it was seen
    std::uint64_t until_ms = 0;
    std::uint64_t box_ms = 0;
  };

  /// Blocks what is not blocked yet, worst first, while there is room. Returns how many were added.
  std::size_t add(std::span<const ProvedSource> worst_first, std::uint64_t monotonic_ms);
  void forget_old(std::uint64_t monotonic_ms);
  void clear() { entries_.clear(); }

  [[nodiscard]] std::vector<Prefix> blocked(std::uint64_t monotonic_ms) const;
  [[nodiscard]] std::size_t blocked_count(std::uint64_t monotonic_ms) const;
  /// What those that are blocked were last seen to send.
  [[nodiscard]] double blocked_rate(std::uint64_t monotonic_ms) const;

  [[nodiscard]] nlohmann::json save() const;
  void restore(const nlohmann::json& saved);

 private:
  std::vector<Entry> entries_;  ///< in the order in which they were first blocked
};

}  // namespace sekimori
