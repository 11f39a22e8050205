#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sekimori {

/// What a person is there for. A certificate binds each person to one duty, and each duty may do
/// all that the ones before it may.
enum class Duty : std::uint8_t {
  viewer,         ///< reads
  operator_duty,  ///< changes the policy, tests notices, accepts baselines
  approver,       ///< approves and rejects actions that wait
};
inline constexpr std::array<std::string_view, 3> duty_names{"viewer", "operator", "approver"};

[[nodiscard]] constexpr std::string_view name_of(Duty duty) {
  return duty_names[static_cast<std::size_t>(duty)];
}

/// Empty if no duty has that name.
[[nodiscard]] constexpr std::optional<Duty> duty_of(std::string_view name) {
  for (std::size_t i = 0; i < duty_names.size(); ++i) {
    if (duty_names[i] == name) return static_cast<Duty>(i);
  }
  return {};
}

[[nodiscard]] constexpr bool covers(Duty has, Duty needed) {
  return has >= needed;
}

}  // namespace sekimori
