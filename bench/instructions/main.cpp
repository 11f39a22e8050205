// sekimori-bench-instructions: how many instructions a packet costs in the pipeline, held to a
// recorded budget. Counts, unlike times, are the same on a busy machine.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <stdexcept>

#include "bench/callgrind/counting.hpp"
#include "bench/callgrind/run.hpp"
#include "bench/instructions/budget.hpp"
#include "bench/instructions/load.hpp"
#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"

namespace sekimori::bench {
namespace {

constexpr const char* all_rows = ".*";

struct Settings {
  std::string json;
  std::string rows = all_rows;
  std::string budget = "bench/instructions/budget.json";
  bool profile = false;
  bool check = false;
  bool record = false;
  bool count = false;  ///< this is the child that callgrind runs
};

constexpr std::size_t bursts_to_warm_up = 16;
constexpr std::size_t bursts_to_count = 64;
/// Enough that none comes twice: more would only be made, and not counted.
constexpr std::size_t flood_packets = (bursts_to_warm_up + bursts_to_count) * max_burst;

/// What a packet costs hardly depends on more than these show.
constexpr std::array counted_cases{"synack_v4_64",   "synack_v4_78",     "synack_v6_78",
                                   "ack_invalid_64", "established_2e10", "objects_1000",
                                   "mixed_90_10"};

std::vector<Case> chosen(const Settings& settings) {
  const std::regex wanted{settings.rows};
  std::vector<Case> cases = all_cases(flood_packets);
  std::erase_if(cases, [&](const Case& packets) {
    return std::ranges::find(counted_cases, packets.name) == counted_cases.end() ||
           !std::regex_search(packets.name, wanted);
  });
  if (cases.empty()) throw std::invalid_argument{"--rows '" + settings.rows + "' names no row"};
  return cases;
}

/// Packets that take another way than they should would have that one guarded.
void check_verdicts(const Case& packets, const Load& load) {
  // Of so few packets a random mixture is only about what it should be.
  constexpr double tolerance = 0.05;
  const auto shares = load.shares();
  for (std::size_t v = 0; v < verdict_count; ++v) {
    const bool all_or_none = packets.shares[v] == 0 || packets.shares[v] == 1;
    if (std::abs(shares[v] - packets.shares[v]) <= (all_or_none ? 0 : tolerance)) continue;
    throw std::runtime_error{
        packets.name + ": the share of '" + std::string{verdict_texts[v].name} + "' is " +
        std::to_string(shares[v]) + " and should be " + std::to_string(packets.shares[v])};
  }
}

/// In the child: runs every row and counts.
void count_rows(const std::vector<Case>& cases) {
  for (const Case& packets : cases) {
    const auto load = std::make_unique<Load>(packets);
    load->run(bursts_to_warm_up, false);
    begin_count();
    load->run(bursts_to_count, true);
    end_count(packets.name, bursts_to_count * max_burst);
    check_verdicts(packets, *load);
  }
}

Report report_of(const std::vector<InstructionCount>& counts, const Budget& budget) {
  Report report{.benchmark = "instructions",
                .title = "Instructions of the pipeline for one packet, in bursts of " +
                         std::to_string(max_burst) + ", as callgrind counts them.",
                .unit = "instructions_per_packet",
                .repetitions = 1,
                .notes = {"Under callgrind a CPU has AVX2 and no AVX-512."}};
  for (const InstructionCount& count : counts) {
    const double value = count.per_unit();
    Row row{.name = count.name, .value = {value, value, value}};
    if (const auto allowed = budget.rows.find(count.name); allowed != budget.rows.end()) {
      row.reference = "the recorded budget";
      row.reference_value = {allowed->second, allowed->second, allowed->second};
    }
    report.rows.push_back(std::move(row));
  }
  return report;
}

std::string plot_of(const Report& report) {
  BarChart chart{.title = "One packet in the pipeline",
                 .axis = "instructions",
                 .series = {"counted", "budget"},
                 .groups = {}};
  for (const Row& row : report.rows) {
    const double budget = row.compared() ? row.reference_value.median : std::nan("");
    chart.groups.push_back({.label = row.name, .values = {row.value.median, budget}});
  }
  Figure figure{report.title};
  figure.add(chart);
  return figure.svg();
}

std::map<std::string, double> by_name(const std::vector<InstructionCount>& counts) {
  std::map<std::string, double> values;
  for (const InstructionCount& count : counts) values[count.name] = count.per_unit();
  return values;
}

/// Budgets of the rows that were counted; a row that no longer exists goes when all were.
void record(const Settings& settings, const std::vector<InstructionCount>& counts) {
  Budget budget;
  if (std::filesystem::exists(settings.budget)) budget = read_budget(settings.budget);
  if (settings.rows == all_rows) budget.rows.clear();
  for (const auto& [name, value] : by_name(counts)) budget.rows[name] = value;
  budget.compiler = this_compiler();
  write_budget(settings.budget, budget);
  std::printf("recorded %zu rows in %s\n", counts.size(), settings.budget.c_str());
}

int compare(const Settings& settings, const std::vector<InstructionCount>& counts) {
  const auto counted = by_name(counts);
  Budget budget = read_budget(settings.budget);
  if (settings.rows != all_rows) {
    std::erase_if(budget.rows, [&](const auto& row) { return !counted.contains(row.first); });
  }
  for (const std::string& note : under_budget(budget, counted)) {
    std::fprintf(stderr, "%s\n", note.c_str());
  }
  const std::vector<std::string> faults = over_budget(budget, counted);
  for (const std::string& fault : faults) std::fprintf(stderr, "%s\n", fault.c_str());
  return faults.empty() ? 0 : 1;
}

int run(const Settings& settings) {
  const std::vector<Case> cases = chosen(settings);
  if (settings.count) {
    count_rows(cases);
    return 0;
  }
  const auto counts = count_instructions({"--count", "--rows", settings.rows});
  if (settings.record) record(settings, counts);
  if (settings.profile) {
    for (const InstructionCount& count : counts) std::fputs(profile_text(count).c_str(), stdout);
    return 0;
  }
  const Budget budget = read_budget(settings.budget);
  const Report report = report_of(counts, budget);
  std::fputs(text(report).c_str(), stdout);
  if (!settings.json.empty()) write_files(report, plot_of(report), settings.json);
  return settings.check ? compare(settings, counts) : 0;
}

void declare(CLI::App& app, Settings& settings) {
  app.add_option("--json", settings.json, "File for the results; the plot goes beside it")
      ->type_name("FILE");
  app.add_option("--rows", settings.rows, "Only rows whose name matches this")
      ->capture_default_str()
      ->type_name("REGEX");
  app.add_option("--budget", settings.budget, "The recorded budget")
      ->capture_default_str()
      ->type_name("FILE");
  app.add_flag("--check", settings.check, "Fail when a row exceeds its budget");
  app.add_flag("--record", settings.record, "Make what is counted the new budget");
  app.add_flag("--profile", settings.profile, "Print which functions and files they are in");
  app.add_flag("--count", settings.count, "Run the rows and nothing else, under callgrind")
      ->group("");
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  try {
    sekimori::bench::Settings settings;
    CLI::App app{"Counts the instructions that a packet costs in the pipeline"};
    app.name("sekimori-bench-instructions");
    sekimori::bench::declare(app, settings);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    return sekimori::bench::run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-instructions: %s\n", error.what());
    return 1;
  }
}
