#include "bench/instructions/budget.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace sekimori::bench {

namespace {

using nlohmann::ordered_json;

constexpr const char* how_to_record =
    "; if the packet is worth it, record new budgets: ./dev bench instructions --record";

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

/// How far a count lies above its budget, in percent.
double excess(double counted, double allowed) {
  return (counted / allowed - 1) * 100;
}

std::string differing_compiler(const Budget& budget) {
  if (budget.compiler == this_compiler()) return {};
  return " (the budget was recorded with " + budget.compiler + ", this program was made by " +
         this_compiler() + ")";
}

}  // namespace

std::string this_compiler() {
#ifdef __clang__
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

Budget read_budget(const std::filesystem::path& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error{"cannot read the budget " + path.string()};
  try {
    const ordered_json json = ordered_json::parse(file);
    Budget budget{.tolerance_percent = json.at("tolerance_percent").get<double>(),
                  .compiler = json.at("compiler").get<std::string>(),
                  .rows = {}};
    for (const auto& [name, instructions] : json.at("instructions_per_packet").items()) {
      budget.rows[name] = instructions.get<double>();
      if (!(budget.rows[name] > 0)) throw std::runtime_error{name + " is not positive"};
    }
    return budget;
  } catch (const std::exception& error) {
    throw std::runtime_error{"the budget " + path.string() + ": " + error.what()};
  }
}

void write_budget(const std::filesystem::path& path, const Budget& budget) {
  ordered_json rows = ordered_json::object();
  for (const auto& [name, instructions] : budget.rows) {
    rows[name] = std::round(instructions * 10) / 10;
  }
  std::ofstream file{path};
  file << ordered_json{{"tolerance_percent", budget.tolerance_percent},
                       {"compiler", budget.compiler},
                       {"instructions_per_packet", rows}}
              .dump(2)
       << '\n'
       << std::flush;
  if (!file) throw std::runtime_error{"cannot write the budget " + path.string()};
}

std::vector<std::string> over_budget(const Budget& budget,
                                     const std::map<std::string, double>& counted) {
  std::vector<std::string> faults;
  for (const auto& [name, instructions] : counted) {
    const auto row = budget.rows.find(name);
    if (row == budget.rows.end()) {
      faults.push_back(name + ": " + number(instructions) +
                       " instructions a packet have no budget" + how_to_record);
    } else if (const double over = excess(instructions, row->second);
               over > budget.tolerance_percent) {
      faults.push_back(name + ": " + number(instructions) + " instructions a packet are " +
                       number(over) + " % over the budget of " + number(row->second) + ", and " +
                       number(budget.tolerance_percent) + " % are allowed" +
                       differing_compiler(budget) + how_to_record);
    }
  }
  for (const auto& [name, instructions] : budget.rows) {
    if (!counted.contains(name)) {
      faults.push_back(name + ": there is a budget but no such row" + how_to_record);
    }
  }
  return faults;
}

std::vector<std::string> under_budget(const Budget& budget,
                                      const std::map<std::string, double>& counted) {
  std::vector<std::string> notes;
  for (const auto& [name, instructions] : counted) {
    const auto row = budget.rows.find(name);
    if (row == budget.rows.end()) continue;
    const double under = -excess(instructions, row->second);
    if (under <= budget.tolerance_percent) continue;
    notes.push_back(name + ": " + number(instructions) + " instructions a packet are " +
                    number(under) + " % under the budget of " + number(row->second) +
                    "; record that, so that it stays: ./dev bench instructions --record");
  }
  return notes;
}

}  // namespace sekimori::bench
