#pragma once

#include <string_view>

namespace sekimori {

/// Of this build, as `project()` in the top CMakeLists.txt says.
inline constexpr std::string_view control_version = SEKIMORI_VERSION;

}  // namespace sekimori
