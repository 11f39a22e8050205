#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace sekimori::bench {

/// Instructions of one function that stand in one source file. Inlined code stands in a file of its
/// own within the function it was inlined into.
struct Share {
  std::string function;
  std::string file;
  std::uint64_t instructions = 0;
};

/// What was counted between `begin_count` and `end_count`.
struct InstructionCount {
  std::string name;
  std::uint64_t units = 0;
  std::uint64_t instructions = 0;
  std::vector<Share> shares;  ///< the largest first

  [[nodiscard]] double per_unit() const {
    return static_cast<double>(instructions) / static_cast<double>(units);
  }
};

/// Reads what callgrind writes (the "Callgrind Format Specification" in Valgrind's manual), as one
/// file with all dumps. Parts that no `end_count` has asked for are left out. Throws
/// std::runtime_error when a part is not whole.
[[nodiscard]] std::vector<InstructionCount> read_profile(std::istream& file);

/// Where a count's instructions are: functions, and below each the files that they stand in, the
/// largest first.
[[nodiscard]] std::string profile_text(const InstructionCount& count);

}  // namespace sekimori::bench
