#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace sekimori {

struct ChildLimits {
  std::uint32_t timeout_ms = 60'000;
  std::size_t max_output_bytes = std::size_t{64} << 20;  ///< of standard output
};

struct ChildResult {
  int status = 0;      ///< exit status, or 128 and the number of the signal that ended it
  std::string output;  ///< standard output
  std::string errors;  ///< standard error, its first 64 KiB
};

/// Runs a program to its end, without input, with an empty environment and with no file of ours. A
/// child that takes longer or prints more than the limits is killed, which is an error.
[[nodiscard]] tl::expected<ChildResult, std::string> run_child(
    const std::string& program, const std::vector<std::string>& arguments,
    const ChildLimits& limits = {});

}  // namespace sekimori
