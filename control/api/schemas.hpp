#pragma once

#include "control/api/problem.hpp"

namespace sekimori {

/// The schemas of all bodies, by name: #/components/schemas of the OpenAPI document. Made once.
[[nodiscard]] const Json& component_schemas();

// Their parts, each in a file of its own.
[[nodiscard]] Json system_schemas();
[[nodiscard]] Json incident_schemas();
[[nodiscard]] Json policy_schemas();
[[nodiscard]] Json record_schemas();

}  // namespace sekimori
