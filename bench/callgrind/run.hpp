#pragma once

#include <string>
#include <vector>

#include "bench/callgrind/profile.hpp"

namespace sekimori::bench {

/// Runs this very program again under callgrind, with these arguments, and returns what it counted
/// (see counting.hpp). Throws std::runtime_error when valgrind is not there, the program fails, or
/// it counted nothing.
[[nodiscard]] std::vector<InstructionCount> count_instructions(
    const std::vector<std::string>& arguments);

}  // namespace sekimori::bench
