#pragma once

#include <string>

#include "control/cli/reading.hpp"

namespace sekimori {

/// What `sekictl stats` prints: totals since the start, without what is 0.
[[nodiscard]] std::string stats_view(const std::string& instance, const Reading& reading);

}  // namespace sekimori
