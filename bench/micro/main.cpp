// sekimori-bench-micro: what each stage and data structure of the packet path costs by itself, in
// time and in instructions.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>

#include "bench/callgrind/run.hpp"
#include "bench/micro/measure.hpp"
#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"

namespace sekimori::bench {
namespace {

struct Settings {
  std::string json;
  std::string rows = ".*";
  Effort effort;
  bool no_instructions = false;
  bool count = false;  ///< this is the child that callgrind runs
};

/// Those whose name matches, with what they are compared with.
Micros chosen(const std::string& rows) {
  const std::regex wanted{rows};
  Micros micros = all_micros();
  std::set<std::string> names;
  for (const Micro& micro : micros) {
    if (!std::regex_search(micro.name, wanted)) continue;
    names.insert(micro.name);
    names.insert(micro.reference);
  }
  std::erase_if(micros, [&](const Micro& micro) { return !names.contains(micro.name); });
  if (micros.empty()) throw std::invalid_argument{"--rows '" + rows + "' names no row"};
  return micros;
}

Report report_of(const Micros& micros, const Settings& settings) {
  Report report{.benchmark = "micro",
                .title = "Every stage and data structure by itself, " + std::to_string(batch) +
                         " packets or operations at a time.",
                .repetitions = settings.effort.repetitions};
  std::map<std::string, double> instructions;
  if (!settings.no_instructions) {
    for (const auto& count : count_instructions({"--count", "--rows", settings.rows})) {
      instructions[count.name] = count.per_unit();
    }
    report.columns.push_back({.heading = "instructions", .key = "instructions_per_packet"});
    report.notes.emplace_back(
        "Instructions are counted under callgrind, where a CPU has AVX2 and "
        "no AVX-512.");
  }
  const auto ns = time_micros(micros, settings.effort);
  for (const Micro& micro : micros) {
    Row row{.name = micro.name, .value = spread(ns.at(micro.name))};
    if (!micro.reference.empty()) {
      row.reference = micro.reference;
      row.reference_value = spread(ns.at(micro.reference));
    }
    if (const auto found = instructions.find(micro.name); found != instructions.end()) {
      row.fields["instructions_per_packet"] = std::round(found->second * 10) / 10;
    }
    report.rows.push_back(std::move(row));
  }
  return report;
}

/// A chart for what stands before the first slash of the names.
std::string plot_of(const Report& report) {
  std::vector<std::pair<std::string, BarChart>> charts;
  for (const Row& row : report.rows) {
    if (!row.compared()) continue;
    const std::string part = row.name.substr(0, row.name.find('/'));
    auto chart = std::ranges::find(charts, part, &std::pair<std::string, BarChart>::first);
    if (chart == charts.end()) {
      charts.emplace_back(part, BarChart{.title = part,
                                         .axis = "ns per packet or operation",
                                         .series = {"Sekimori", "its reference"},
                                         .groups = {}});
      chart = charts.end() - 1;
    }
    chart->second.groups.push_back({.label = row.name.substr(part.size() + 1),
                                    .values = {row.value.median, row.reference_value.median}});
  }
  Figure figure{report.title};
  for (const auto& [part, chart] : charts) figure.add(chart);
  return figure.svg();
}

void run(const Settings& settings) {
  const Micros micros = chosen(settings.rows);
  if (settings.count) return count_micros(micros);
  const Report report = report_of(micros, settings);
  std::fputs(text(report).c_str(), stdout);
  if (!settings.json.empty()) write_files(report, plot_of(report), settings.json);
}

void declare(CLI::App& app, Settings& settings) {
  app.add_option("--json", settings.json, "File for the results; the plot goes beside it")
      ->type_name("FILE");
  app.add_option("--rows", settings.rows, "Only rows whose name matches this")
      ->capture_default_str()
      ->type_name("REGEX");
  app.add_option("--repetitions", settings.effort.repetitions, "How often each row is measured")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--milliseconds", settings.effort.milliseconds, "How long each measurement lasts")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  app.add_flag("--no-instructions", settings.no_instructions,
               "Measure time only, without callgrind");
  app.add_flag("--count", settings.count, "Run the rows and nothing else, under callgrind")
      ->group("");
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  try {
    sekimori::bench::Settings settings;
    CLI::App app{"Measures the stages and data structures of the packet path one by one"};
    app.name("sekimori-bench-micro");
    sekimori::bench::declare(app, settings);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    sekimori::bench::run(settings);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-micro: %s\n", error.what());
    return 1;
  }
}
