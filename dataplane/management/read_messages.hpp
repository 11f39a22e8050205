#pragma once

#include <common/management.pb.h>

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "dataplane/management/managed.hpp"

namespace sekimori {

// What control has sent, checked field by field. Whether the objects exist is for the policy to
// say. An error names the field, its index and the rule, as "measures[3].lifetime_ms: must be 1 to
// 604800000".

[[nodiscard]] tl::expected<MeasureSet, std::string> read_measures(
    const management::Measures& message);

/// No error shows a key.
[[nodiscard]] tl::expected<std::vector<SlotKey>, std::string> read_cookie_keys(
    const management::CookieKeys& message);

}  // namespace sekimori
