#pragma once

#include <string>

#include "control/cli/reading.hpp"

namespace sekimori {

/// What `sekictl top` shows for the time between two readings: rates by port and verdict, the
/// reasons for drops and the busiest objects. All rates are 0 if the dataplane was restarted in
/// between.
[[nodiscard]] std::string top_view(const std::string& instance, const Reading& before,
                                   const Reading& after);

}  // namespace sekimori
