#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sekimori::bench {

/// What every kind of packet may cost in instructions, as recorded once.
struct Budget {
  double tolerance_percent = 3;
  std::string compiler;  ///< that made the counted program
  std::map<std::string, double> rows;
};

/// Throws std::runtime_error, with the path and what is wrong, unless the file is a whole budget.
[[nodiscard]] Budget read_budget(const std::filesystem::path& path);
void write_budget(const std::filesystem::path& path, const Budget& budget);

/// The compiler of this program, as `Budget::compiler` names it.
[[nodiscard]] std::string this_compiler();

/// What exceeds the budget, one text a row: also rows that have none and budgets of rows that do
/// not exist. Empty if all is well.
[[nodiscard]] std::vector<std::string> over_budget(const Budget& budget,
                                                   const std::map<std::string, double>& counted);

/// Rows that need so much less than their budget that it no longer guards them.
[[nodiscard]] std::vector<std::string> under_budget(const Budget& budget,
                                                    const std::map<std::string, double>& counted);

}  // namespace sekimori::bench
