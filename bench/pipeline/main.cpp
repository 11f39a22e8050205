// sekimori-bench-pipeline: what a packet costs one worker, next to what testpmd needs to forward
// one without looking at it.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "bench/pipeline/report.hpp"
#include "bench/pipeline/rows.hpp"
#include "bench/pipeline/testpmd.hpp"
#include "common/clock.hpp"

namespace sekimori::bench {
namespace {

struct Settings {
  std::string json;
  std::string rows = ".*";
  unsigned repetitions = 5;
  unsigned milliseconds = 200;
  bool no_huge = false;
};

struct Measured {
  Row row;
  std::unique_ptr<Rig> rig;
  std::vector<double> ns = {};
  std::vector<double> source_ns = {};
};

void progress(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

std::vector<Measured> prepare(BenchPorts& ports, const Settings& settings) {
  const std::regex wanted{settings.rows};
  std::vector<Measured> chosen;
  for (Row& row : all_rows()) {
    if (!std::regex_search(row.name, wanted)) continue;
    progress("preparing " + row.name);
    auto rig = row.make(ports);
    chosen.push_back({.row = std::move(row), .rig = std::move(rig)});
  }
  if (chosen.empty()) throw std::invalid_argument{"--rows '" + settings.rows + "' names no row"};
  return chosen;
}

/// Repetitions alternate between all rows and the reference, so that a machine that changes its
/// speed changes it for all alike.
Report run(const Settings& settings) {
  BenchPorts ports{!settings.no_huge};
  std::vector<Measured> measured = prepare(ports, settings);
  const std::uint64_t duration_ns = settings.milliseconds * ns_per_ms;
  std::vector<double> reference_ns;
  for (unsigned repetition = 0; repetition < settings.repetitions; ++repetition) {
    progress("repetition " + std::to_string(repetition + 1) + " of " +
             std::to_string(settings.repetitions));
    reference_ns.push_back(testpmd_io_ns(ports.uses_huge_pages()));
    for (Measured& m : measured) {
      m.ns.push_back(m.rig->measure(duration_ns, m.row.expected));
      m.source_ns.push_back(m.rig->measure_source(duration_ns));
    }
  }

  Report report{.memory = ports.uses_huge_pages() ? "packets in hugepages" : "ordinary pages",
                .repetitions = settings.repetitions,
                .results = {}};
  for (const Measured& m : measured) {
    report.results.push_back({.name = m.row.name,
                              .ns_per_packet = median(m.ns),
                              .source_ns_per_packet = median(m.source_ns),
                              .reference_ns_per_packet = median(reference_ns)});
  }
  return report;
}

void declare(CLI::App& app, Settings& settings) {
  app.add_option("--json", settings.json, "File for the results")->type_name("FILE");
  app.add_option("--rows", settings.rows, "Only rows whose name matches this")
      ->capture_default_str()
      ->type_name("REGEX");
  app.add_option("--repetitions", settings.repetitions, "How often each row is measured")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--milliseconds", settings.milliseconds, "How long each measurement lasts")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  app.add_flag("--no-huge", settings.no_huge, "Use ordinary pages, here and in testpmd");
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  try {
    sekimori::bench::Settings settings;
    CLI::App app{"Measures what a packet costs one worker of the dataplane"};
    app.name("sekimori-bench-pipeline");
    sekimori::bench::declare(app, settings);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    const auto report = sekimori::bench::run(settings);
    std::fputs(text_of(report).c_str(), stdout);
    if (!settings.json.empty()) {
      std::ofstream file{settings.json};
      file << json_of(report) << '\n' << std::flush;
      if (!file) throw std::runtime_error{"cannot write " + settings.json};
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-pipeline: %s\n", error.what());
    return 1;
  }
}
