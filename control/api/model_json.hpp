#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "control/api/operations.hpp"

namespace sekimori {

// Records of control/model in the shapes that the API's schemas give.

[[nodiscard]] Json incident_summary_json(const Incident& incident);
[[nodiscard]] Json listed_action_json(const ListedAction& action);
[[nodiscard]] Json notice_json(const Delivery& delivery);

/// The enumerator whose name stands in the list of names.
template <typename Enum>
[[nodiscard]] std::optional<Enum> entry_of(std::span<const std::string_view> names,
                                           std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return {};
  return static_cast<Enum>(found - names.begin());
}

}  // namespace sekimori
