#include "bench/system/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sekimori::bench {

Throughput find_throughput(const SearchSettings& settings,
                           const std::function<TrialResult(double pps)>& trial) {
  Throughput found;
  const auto reached = [&](const TrialResult& result, double pps) {
    return std::isinf(pps) || result.offered_pps >= pps * (1 - settings.precision);
  };
  // The best of the attempts: without loss, and at the rate that was asked for.
  const auto try_rate = [&](double pps) {
    TrialResult best;
    for (unsigned attempt = 0; attempt < settings.attempts; ++attempt) {
      const TrialResult result = trial(pps);
      ++found.trials;
      if (result.lossless && reached(result, pps)) return result;
      if (attempt == 0 || result.lossless) best = result;
    }
    return best;
  };

  const TrialResult everything = try_rate(std::numeric_limits<double>::infinity());
  if (everything.lossless) {
    found.pps = everything.offered_pps;
    found.generator_limited = true;
    return found;
  }
  double too_much = everything.offered_pps;
  for (unsigned step = 0; step < settings.most_steps; ++step) {
    if (too_much - found.pps <= settings.precision * too_much) break;
    const double middle = (found.pps + too_much) / 2;
    const TrialResult result = try_rate(middle);
    if (result.lossless) found.pps = std::max(found.pps, result.offered_pps);
    if (result.lossless && reached(result, middle)) continue;
    too_much = middle;
    found.generator_limited = result.lossless;
  }
  return found;
}

}  // namespace sekimori::bench
