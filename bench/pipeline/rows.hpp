#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/pipeline/rig.hpp"
#include "common/outcomes.hpp"

namespace sekimori::bench {

/// One kind of packet whose cost is measured. To add one, add it to the list in rows.cpp.
struct Case {
  std::string name;
  Verdict expected;  ///< what becomes of every packet
  std::function<std::unique_ptr<Rig>(BenchPorts&)> make;
};

/// All rows, in the order of the table.
[[nodiscard]] std::vector<Case> all_cases();

}  // namespace sekimori::bench
