#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "control/detect/counters.hpp"

namespace sekimori {

/// What each object usually gets and gives: exponential averages of its rates over some ten
/// minutes. The caller leaves out what is abnormal, so an attack does not become usual.
class Usual {
 public:
  static constexpr double time_constant_s = 600;
  static constexpr double known_after_s = 10;

  explicit Usual(std::size_t objects) : rates_(objects), seen_s_(objects) {}

  /// The object had these rates for the last `seconds`.
  void add(std::size_t object, const RateRow& rates, double seconds);

  [[nodiscard]] const RateRow& rates(std::size_t object) const { return rates_[object]; }
  /// Whether the object has been looked at for long enough.
  [[nodiscard]] bool known(std::size_t object) const { return seen_s_[object] >= known_after_s; }

  /// Takes over what another knows of its object `from`.
  void adopt(std::size_t object, const Usual& other, std::size_t from);

  [[nodiscard]] nlohmann::json save_object(std::size_t object) const;
  void restore_object(std::size_t object, const nlohmann::json& saved);

 private:
  std::vector<RateRow> rates_;
  std::vector<float> seen_s_;
};

}  // namespace sekimori
