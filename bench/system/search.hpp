#pragma once

#include <functional>

namespace sekimori::bench {

/// What one trial showed.
struct TrialResult {
  double offered_pps = 0;  ///< less than asked when the generator cannot make more
  bool lossless = false;
};

struct Throughput {
  double pps = 0;                  ///< the highest rate without loss; 0 if each rate had some
  bool generator_limited = false;  ///< the device may take more than the generator can make
  unsigned trials = 0;
};

struct SearchSettings {
  double precision =
      0.01;  ///< the search ends when its bounds are that close, relative to each other
  unsigned attempts =
      3;  ///< a trial with loss is made again so often before its rate counts as lossy
  unsigned most_steps = 20;  ///< halvings of the interval
};

/// Throughput after RFC 2544, section 26.1: the highest rate at which no frame is lost, by binary
/// search between nothing and what the generator can make. `trial` offers frames at a rate, or as
/// many as it can if the rate is infinite.
[[nodiscard]] Throughput find_throughput(const SearchSettings& settings,
                                         const std::function<TrialResult(double pps)>& trial);

}  // namespace sekimori::bench
