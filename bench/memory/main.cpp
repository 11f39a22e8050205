// sekimori-bench-memory: what a dataplane remembers, in bytes of resident memory for each of it.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <regex>
#include <stdexcept>

#include "bench/memory/contents.hpp"
#include "bench/memory/kernel.hpp"
#include "bench/memory/resident.hpp"
#include "bench/report/machine.hpp"
#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"

namespace sekimori::bench {
namespace {

struct Settings {
  std::string json;
  std::string rows = ".*";
};

Spread exactly(double value) {
  return {.median = value, .min = value, .max = value};
}

/// What the kernel needs for the like or, where it does not say, the standard library.
void compare(Row& row, const Content& content) {
  if (const auto bytes = kernel_object_bytes(content.kernel_caches)) {
    row.reference = content.kernel_thing;
    row.reference_value = exactly(static_cast<double>(*bytes));
    return;
  }
  if (!content.make_standard) return;
  row.reference = "std::unordered_map";
  row.reference_value = exactly(static_cast<double>(resident_growth(content.make_standard)) /
                                static_cast<double>(content.entries));
}

Row measure(const Content& content) {
  std::fprintf(stderr, "%s\n", content.name.c_str());
  std::size_t bytes = resident_growth(content.make);
  if (content.make_without) {
    const std::size_t without = resident_growth(content.make_without);
    bytes -= std::min(bytes, without);
  }
  Row row{.name = content.name,
          .value = exactly(static_cast<double>(bytes) / static_cast<double>(content.entries))};
  compare(row, content);
  constexpr double mebibyte = 1024.0 * 1024;
  row.fields["entries"] = content.entries;
  row.fields["total_mib"] = std::round(static_cast<double>(bytes) / mebibyte * 100) / 100;
  return row;
}

Report measure_all(const Settings& settings) {
  Report report{.benchmark = "memory",
                .title = "Resident memory of full tables, for each entry.",
                .unit = "bytes_per_entry",
                .repetitions = 1,
                .notes = {"The kernel's sizes are those of one object, without the hash slots, "
                          "extensions and slabs around it."},
                .columns = {{.heading = "entries", .key = "entries"},
                            {.heading = "total MiB", .key = "total_mib"}}};
  const std::regex wanted{settings.rows};
  for (const Content& content : all_contents(available_memory())) {
    if (std::regex_search(content.name, wanted)) report.rows.push_back(measure(content));
  }
  if (report.rows.empty()) {
    throw std::invalid_argument{"--rows '" + settings.rows + "' names no row"};
  }
  return report;
}

std::string plot_of(const Report& report) {
  BarChart chart{.title = "Full tables",
                 .axis = "bytes per entry",
                 .series = {"Sekimori", "its reference"},
                 .groups = {}};
  for (const Row& row : report.rows) {
    // The fixed part of a worker would dwarf all else.
    if (row.fields["entries"] == 1) continue;
    chart.groups.push_back(
        {.label = row.name,
         .values = {row.value.median, row.compared() ? row.reference_value.median : std::nan("")}});
  }
  Figure figure{report.title};
  figure.add(chart);
  return figure.svg();
}

void run(const Settings& settings) {
  const Report report = measure_all(settings);
  std::fputs(text(report).c_str(), stdout);
  if (!settings.json.empty()) write_files(report, plot_of(report), settings.json);
}

void declare(CLI::App& app, Settings& settings) {
  app.add_option("--json", settings.json, "File for the results; the plot goes beside it")
      ->type_name("FILE");
  app.add_option("--rows", settings.rows, "Only rows whose name matches this")
      ->capture_default_str()
      ->type_name("REGEX");
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  try {
    sekimori::bench::Settings settings;
    CLI::App app{"Measures the memory of what a dataplane remembers"};
    app.name("sekimori-bench-memory");
    sekimori::bench::declare(app, settings);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    sekimori::bench::run(settings);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-memory: %s\n", error.what());
    return 1;
  }
}
