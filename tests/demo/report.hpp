#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/demo/phase.hpp"

namespace sekimori::demo {

struct DemoResult {
  PhaseResult baseline;
  PhaseResult without;    ///< under attack, unprotected
  PhaseResult threshold;  ///< under attack, one threshold for all
  PhaseResult with;       ///< under attack, with Sekimori
};

/// The table and the drop reasons, for people.
std::string table(const DemoResult& result);

/// What the demo set out to show.
struct Claim {
  std::string text;
  bool shown = false;
};
std::vector<Claim> claims(const DemoResult& result, const DemoOptions& options);

/// Writes the numbers of the four phases, the drop reasons and the claims as JSON.
void write_json(const std::filesystem::path& path, const DemoResult& result,
                const DemoOptions& options);

}  // namespace sekimori::demo
