// sekimori-bench-system: the appliance as a whole between a packet generator's ports, after
// RFC 2544, next to testpmd between the same ports.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/report/plot.hpp"
#include "bench/system/charts.hpp"
#include "bench/system/device.hpp"
#include "bench/system/rows.hpp"
#include "common/clock.hpp"
#include "tests/support/priority.hpp"
#include "tests/support/process.hpp"
#include "tests/support/run.hpp"

namespace sekimori::bench {
namespace {

struct Settings {
  std::string json;
  bool no_huge = false;
  PortKind ports = PortKind::memif;
  std::optional<bool> pktgen;  ///< whether it measures throughput; empty: if it is installed
  std::string captures;        ///< a folder, if captures are all that is wanted
  unsigned log2_ring = 11;
  unsigned trial_ms = 100;
  SearchSettings search;
  RowSettings rows;
};

bool wants_pktgen(const Settings& settings) {
  const bool installed = Pktgen::installed();
  if (settings.pktgen == true && !installed) {
    throw std::invalid_argument{"--generator pktgen: there is no program pktgen in PATH"};
  }
  return settings.pktgen.value_or(installed);
}

std::vector<std::string> what_is_missing() {
  std::vector<std::string> missing = lab::missing_for_lab();
  if (usable_cpus().size() < 2) {
    missing.emplace_back("a second CPU: the generator takes one, the device's worker the other");
  }
  if (!lab::program_exists("dpdk-testpmd")) {
    missing.emplace_back("the program dpdk-testpmd (Debian package dpdk-dev)");
  }
  return missing;
}

std::vector<std::string> notes(const Settings& settings, bool huge_pages) {
  std::vector<std::string> notes{
      std::string{"Ports: "} +
          (settings.ports == PortKind::memif ? "net_memif" : "net_af_packet over veth") +
          ", rings of " + std::to_string(1U << settings.log2_ring) + " frames, " +
          (huge_pages ? "hugepages." : "ordinary pages.") + " Trials of " +
          std::to_string(settings.trial_ms) + " ms; a rate counts if one of " +
          std::to_string(settings.search.attempts) + " loses nothing.",
      std::string{"Generator: "} +
          (wants_pktgen(settings) ? "Pktgen-DPDK for throughput, else " : "") +
          "our own, one thread that sends and receives. Where the generator is the limit, the "
          "device "
          "may be faster."};
  if (usable_cpus().size() <= 2) {
    notes.emplace_back(
        "With two CPUs the generator has one and the device's worker the other, and everything "
        "else of this machine shares them.");
  }
  if (!lab::real_time_priority_allowed()) {
    notes.emplace_back(
        "This machine allows no real-time priority: whatever else runs on it may look like loss.");
  }
  return notes;
}

Report run(const Settings& settings) {
  Site site;
  const auto wiring = [&](unsigned number) {
    return settings.ports == PortKind::memif ? memif_wiring(site, number, settings.log2_ring)
                                             : veth_wiring(site, number, settings.log2_ring);
  };
  const std::vector wirings{wiring(0), wiring(1)};
  site.generator.enter();
  Generator generator{{wirings[0].generator, wirings[1].generator}, !settings.no_huge};
  const bool huge_pages = generator.uses_huge_pages();
  const auto dataplane = Device::dataplane(site, wirings[0], huge_pages);
  const auto testpmd = Device::testpmd(site, wirings[1], huge_pages);
  constexpr std::chrono::seconds patience{20};
  for (std::size_t pair = 0; pair < wirings.size(); ++pair) generator.connect(pair, patience);
  dataplane->pause();
  testpmd->pause();

  Report report{.benchmark = "system",
                .title =
                    "Frames through the whole sekimori-dataplane, one worker, at no loss "
                    "(RFC 2544); names end with the size on the wire.",
                .repetitions = settings.rows.repetitions,
                .notes = notes(settings, huge_pages),
                .columns = {{"Mpps", "mpps"},
                            {"frames", "frames"},
                            {"limit", "limited_by"},
                            {"ref.'s limit", "reference_limited_by"}}};
  const TrialSettings trials{.duration_ns = settings.trial_ms * ns_per_ms,
                             .search = settings.search};
  Bench sekimori{generator, 0, *dataplane, trials};
  Bench reference{generator, 1, *testpmd, trials};
  Pktgen pktgen{site, huge_pages, trials.duration_ns, trials.search};
  if (wants_pktgen(settings)) {
    sekimori.use(pktgen, wirings[0].generator);
    reference.use(pktgen, wirings[1].generator);
  }
  report.rows = measure_rows({generator, sekimori, reference}, settings.rows);
  return report;
}

void declare(CLI::App& app, Settings& settings) {
  app.add_option("--json", settings.json, "File for the results; a plot goes beside it")
      ->type_name("FILE");
  app.add_option("--rows", settings.rows.rows, "Only rows whose name matches this")
      ->capture_default_str()
      ->type_name("REGEX");
  app.add_option("--repetitions", settings.rows.repetitions, "How often each row is measured")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--trial-ms", settings.trial_ms, "How long frames are offered in one trial")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--attempts", settings.search.attempts,
                 "A trial with loss is made again until there were so many")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--precision", settings.search.precision,
                 "How close the search comes to the throughput, relative to it")
      ->check(CLI::Range(0.001, 0.5))
      ->capture_default_str();
  app.add_option("--latency-load", settings.rows.latency_load,
                 "Share of Sekimori's throughput at which latency is measured")
      ->check(CLI::Range(0.01, 1.0))
      ->capture_default_str();
  app.add_option("--ports", settings.ports, "Between the generator and the devices: memif or veth")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, PortKind>{{"memif", PortKind::memif}, {"veth", PortKind::veth}}))
      ->type_name("KIND");
  app.add_option("--ring", settings.log2_ring, "Frames in a ring of a port, as a power of two")
      ->check(CLI::Range(6, 14))
      ->capture_default_str();
  app.add_option("--generator", settings.pktgen,
                 "What measures throughput: own or pktgen (default: pktgen if it is in PATH)")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, bool>{{"own", false}, {"pktgen", true}}))
      ->type_name("NAME");
  app.add_option("--write-captures", settings.captures,
                 "Only write the frames as captures into this folder, for another generator")
      ->type_name("FOLDER");
  app.add_flag("--no-huge", settings.no_huge, "Use ordinary pages everywhere");
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  using namespace sekimori::bench;
  try {
    Settings settings;
    settings.rows.progress = [](const std::string& text) {
      std::fprintf(stderr, "%s\n", text.c_str());
    };
    CLI::App app{"Measures the whole appliance over virtual ports after RFC 2544"};
    app.name("sekimori-bench-system");
    declare(app, settings);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    if (!settings.captures.empty()) {
      write_captures(settings.captures);
      return 0;
    }
    const auto missing = what_is_missing();
    for (const auto& item : missing) {
      std::fprintf(stderr, "sekimori-bench-system: missing: %s\n", item.c_str());
    }
    if (!missing.empty()) return 2;
    const Report report = run(settings);
    std::fputs(text(report).c_str(), stdout);
    if (!settings.json.empty()) write_files(report, charts(report).svg(), settings.json);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-system: %s\n", error.what());
    return 1;
  }
}
