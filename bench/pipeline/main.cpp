// sekimori-bench-pipeline: what a packet costs one worker, next to what testpmd needs to forward
// one without looking at it.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <regex>
#include <stdexcept>

#include "bench/pipeline/rows.hpp"
#include "bench/pipeline/testpmd.hpp"
#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"
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
  Case packets;
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
  for (Case& row : all_cases()) {
    if (!std::regex_search(row.name, wanted)) continue;
    progress("preparing " + row.name);
    auto rig = row.make(ports);
    chosen.push_back({.packets = std::move(row), .rig = std::move(rig)});
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
      m.ns.push_back(m.rig->measure(duration_ns, m.packets.expected));
      m.source_ns.push_back(m.rig->measure_source(duration_ns));
    }
  }

  Report report{.benchmark = "pipeline",
                .title = "What a packet costs one worker.",
                .repetitions = settings.repetitions,
                .notes = {ports.uses_huge_pages() ? "Packets are in hugepages."
                                                  : "Packets are in ordinary pages."},
                .columns = {{"source", "source_ns_per_packet"}},
                .rows = {}};
  for (const Measured& m : measured) {
    report.rows.push_back({.name = m.packets.name,
                           .value = spread(m.ns),
                           .reference = "testpmd io, net_null",
                           .reference_value = spread(reference_ns),
                           .fields = {{"source_ns_per_packet", median(m.source_ns)}}});
  }
  return report;
}

std::string plot(const Report& report) {
  BarChart chart{.title = "Cost of a packet",
                 .axis = "multiples of what testpmd needs to forward a packet",
                 .series = {"Sekimori, one worker"},
                 .groups = {},
                 .reference = {{1, "testpmd io"}}};
  for (const Row& row : report.rows) chart.groups.push_back({row.name, {row.ratio()}});
  Figure figure{report.title};
  figure.add(chart);
  return figure.svg();
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
    std::fputs(text(report).c_str(), stdout);
    if (!settings.json.empty()) write_files(report, sekimori::bench::plot(report), settings.json);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-pipeline: %s\n", error.what());
    return 1;
  }
}
