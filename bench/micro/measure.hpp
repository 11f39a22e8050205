#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/micro/micro.hpp"

namespace sekimori::bench {

struct Effort {
  unsigned repetitions = 5;
  unsigned milliseconds = 10;  ///< about how long each repetition of each lasts
};

/// Times all, their repetitions mixed at random, so that a machine that changes its speed changes
/// it for all alike. Nanoseconds for one unit, one value a repetition, by name.
[[nodiscard]] std::map<std::string, std::vector<double>> time_micros(const Micros& micros,
                                                                     const Effort& effort);

/// In the child that callgrind runs: counts the instructions of each.
void count_micros(const Micros& micros);

}  // namespace sekimori::bench
