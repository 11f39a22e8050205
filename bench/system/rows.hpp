#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/report/report.hpp"
#include "bench/system/measurement.hpp"

namespace sekimori::bench {

/// The two devices that each row compares, and what stands between them and us.
struct Comparison {
  Generator& generator;
  Bench& sekimori;
  Bench& reference;
};

struct RowSettings {
  std::string rows = ".*";  ///< a regular expression; only names that it finds a part of
  unsigned repetitions = 5;
  double latency_load = 0.5;  ///< of Sekimori's throughput
  double overload = 1.1;      ///< of the throughput of each
  std::function<void(const std::string&)> progress;
};

/// Measures all wanted rows. Throws std::invalid_argument when none is.
[[nodiscard]] std::vector<Row> measure_rows(const Comparison& comparison,
                                            const RowSettings& settings);

/// Their names, in the order of the table.
[[nodiscard]] std::vector<std::string> all_row_names();

/// Writes a capture for each kind of frames, named after its row of throughput, for another
/// generator.
void write_captures(const std::string& folder);

}  // namespace sekimori::bench
