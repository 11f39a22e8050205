#pragma once

#include <string>

#include "bench/report/report.hpp"

namespace sekimori::bench {

/// The ratios of all rows, and what the number of connections and of objects does to the cost.
[[nodiscard]] std::string pipeline_plots(const Report& report);

}  // namespace sekimori::bench
