#pragma once

#include <cstdint>
#include <random>

namespace sekimori {

/// Repeatable random numbers for benches.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(engine_() % bound);
  }
  /// True `times` in `of`.
  [[nodiscard]] bool chance(std::uint32_t times, std::uint32_t of) { return below(of) < times; }
  [[nodiscard]] std::uint64_t bits() { return engine_(); }
  [[nodiscard]] std::uint32_t word() { return static_cast<std::uint32_t>(engine_()); }
  [[nodiscard]] std::uint16_t half() { return static_cast<std::uint16_t>(engine_()); }
  [[nodiscard]] std::uint8_t byte() { return static_cast<std::uint8_t>(engine_()); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sekimori
