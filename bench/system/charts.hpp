#pragma once

#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"

namespace sekimori::bench {

/// Throughput by kind of frame, and the distribution of latencies, as far as the report has them.
[[nodiscard]] Figure charts(const Report& report);

}  // namespace sekimori::bench
