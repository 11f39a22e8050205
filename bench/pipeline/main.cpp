// sekimori-bench-pipeline: what a packet costs a worker, next to what testpmd needs to forward one
// of the same source without looking at it.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <regex>
#include <stdexcept>

#include "bench/pipeline/plots.hpp"
#include "bench/pipeline/references.hpp"
#include "bench/pipeline/rig.hpp"
#include "bench/report/machine.hpp"
#include "bench/report/report.hpp"
#include "bench/traffic/cases.hpp"
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

/// What must stay free for the rest of the machine.
constexpr std::size_t spare_bytes = 1'000'000'000;

struct WrongRows : std::runtime_error {
  using runtime_error::runtime_error;
};

std::vector<Case> chosen_cases(const Settings& settings) {
  std::vector<Case> cases = all_cases();
  try {
    const std::regex wanted{settings.rows};
    std::erase_if(cases, [&](const Case& c) { return !std::regex_search(c.name, wanted); });
  } catch (const std::regex_error& error) {
    throw WrongRows{"--rows '" + settings.rows + "': " + error.what()};
  }
  if (cases.empty()) throw WrongRows{"--rows '" + settings.rows + "' names no row"};
  return cases;
}

/// Why a case cannot be measured here, or nothing.
std::optional<std::string> obstacle(const Case& traffic) {
  if (const std::size_t cpus = usable_cpus().size(); cpus < traffic.workers) {
    return std::to_string(traffic.workers) + " workers need as many CPUs, and there is " +
           std::to_string(cpus);
  }
  const std::size_t needed = traffic.memory_bytes + spare_bytes;
  if (const std::size_t available = available_memory(); available < needed) {
    return "it needs " + std::to_string(needed >> 20U) + " MiB of free memory, and there are " +
           std::to_string(available >> 20U);
  }
  return std::nullopt;
}

/// Repetitions alternate between the case and the references, so that a machine that changes its
/// speed changes it for all alike.
Row measure(const Case& traffic, BenchPorts& ports, References& references,
            const Settings& settings) {
  const std::uint64_t duration_ns = settings.milliseconds * ns_per_ms;
  const std::chrono::nanoseconds duration{duration_ns};
  Rig rig{ports, traffic};
  std::vector<double> ns, source_ns, io_ns, macswap_ns, null_ns;
  for (unsigned repetition = 0; repetition < settings.repetitions; ++repetition) {
    io_ns.push_back(references.io.measure(duration));
    ns.push_back(rig.measure(duration_ns));
    source_ns.push_back(rig.measure_source(duration_ns / 2));
    macswap_ns.push_back(references.macswap.measure(duration / 2));
    null_ns.push_back(references.null.measure(duration / 2));
  }
  return {.name = traffic.name,
          .value = spread(ns),
          .reference = "testpmd io, same packet source",
          .reference_value = spread(io_ns),
          .fields = {{"source_ns_per_packet", median(source_ns)},
                     {"testpmd_macswap_ns_per_packet", median(macswap_ns)},
                     {"testpmd_io_net_null_ns_per_packet", median(null_ns)},
                     {"workers", traffic.workers}}};
}

Report empty_report(const Settings& settings, const BenchPorts& ports) {
  return {
      .benchmark = "pipeline",
      .title = "What a packet costs a worker, from the port to the port.",
      .repetitions = settings.repetitions,
      .notes = {"Times are CPU time. Packets come from a driver that writes the next one into each "
                "buffer; testpmd loads the same driver. \"source\" is receiving and freeing them, "
                "by itself.",
                ports.uses_huge_pages() ? "Packet buffers are in hugepages."
                                        : "Packet buffers are in ordinary pages."},
      .columns = {{"source", "source_ns_per_packet"},
                  {"macswap", "testpmd_macswap_ns_per_packet"},
                  {"net_null", "testpmd_io_net_null_ns_per_packet"}},
      .rows = {}};
}

/// The workers make their packets themselves, in the driver's receive function.
std::string workers_note(unsigned workers) {
  const std::size_t cpus = usable_cpus().size();
  return "workers_" + std::to_string(workers) + ": time for a packet by all workers together; " +
         (cpus > workers ? "each has a CPU of its own."
                         : "they take all CPUs, which they share with the rest of the machine.");
}

Report run(const Settings& settings) {
  const std::vector<Case> cases = chosen_cases(settings);
  const auto most = std::ranges::max(cases, {}, &Case::workers).workers;
  BenchPorts ports{!settings.no_huge, most};
  PacketStream packets;
  add_reference_packets(packets);
  References references{packets, ports.uses_huge_pages()};

  Report report = empty_report(settings, ports);
  for (const Case& traffic : cases) {
    std::fprintf(stderr, "%s\n", traffic.name.c_str());
    if (const auto reason = obstacle(traffic)) {
      report.notes.push_back(traffic.name + " was not measured: " + *reason + '.');
      continue;
    }
    if (traffic.workers > 1) report.notes.push_back(workers_note(traffic.workers));
    report.rows.push_back(measure(traffic, ports, references, settings));
  }
  return report;
}

void declare(CLI::App& app, Settings& settings) {
  app.add_option("--json", settings.json, "File for the results; plots go beside it, as .svg")
      ->type_name("FILE");
  app.add_option("--rows", settings.rows, "Only rows whose name matches this")
      ->capture_default_str()
      ->type_name("REGEX");
  app.add_option("--repetitions", settings.repetitions, "How often each row is measured")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--milliseconds", settings.milliseconds, "CPU time of each measurement")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  app.add_flag("--no-huge", settings.no_huge, "Use ordinary pages, here and in testpmd");
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  try {
    sekimori::bench::Settings settings;
    CLI::App app{"Measures what a packet costs a worker of the dataplane"};
    app.name("sekimori-bench-pipeline");
    sekimori::bench::declare(app, settings);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    const auto report = sekimori::bench::run(settings);
    std::fputs(text(report).c_str(), stdout);
    if (!settings.json.empty()) {
      write_files(report, pipeline_plots(report), settings.json);
    }
    return 0;
  } catch (const sekimori::bench::WrongRows& error) {
    std::fprintf(stderr, "sekimori-bench-pipeline: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-pipeline: %s\n", error.what());
    return 1;
  }
}
