#include "control/detect/usual.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace sekimori {

void Usual::add(std::size_t object, const RateRow& rates, double seconds) {
  // Until the time constant has passed it is the plain average of all that was seen.
  const double seen_s = std::min(static_cast<double>(seen_s_[object]) + seconds, time_constant_s);
  seen_s_[object] = static_cast<float>(seen_s);
  const auto weight = static_cast<float>(std::min(1.0, seconds / seen_s));
  RateRow& usual = rates_[object];
  for (std::size_t c = 0; c < count_kinds; ++c) {
    usual.values[c] += weight * (rates.values[c] - usual.values[c]);
  }
}

void Usual::adopt(std::size_t object, const Usual& other, std::size_t from) {
  rates_[object] = other.rates_[from];
  seen_s_[object] = other.seen_s_[from];
}

nlohmann::json Usual::save_object(std::size_t object) const {
  // Numbers of a packet in a hundred seconds tell as much, in a third of the text.
  nlohmann::json rounded = nlohmann::json::array();
  for (const float rate : rates_[object].values) {
    const double hundredths = std::round(static_cast<double>(rate) * 100);
    rounded.push_back(static_cast<std::uint64_t>(hundredths));
  }
  return {std::round(static_cast<double>(seen_s_[object])), std::move(rounded)};
}

void Usual::restore_object(std::size_t object, const nlohmann::json& saved) {
  const auto hundredths = saved.at(1).get<std::array<std::uint64_t, count_kinds>>();
  seen_s_[object] = saved.at(0).get<float>();
  for (std::size_t c = 0; c < count_kinds; ++c) {
    rates_[object].values[c] = static_cast<float>(static_cast<double>(hundredths[c]) / 100);
  }
}

}  // namespace sekimori
