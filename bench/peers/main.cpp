// sekimori-bench-peers: what answering a SYN costs this machine, with Sekimori and with what the
// kernel has for it.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <regex>
#include <stdexcept>

#include "bench/peers/measure.hpp"
#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/run.hpp"

namespace sekimori::bench {
namespace {

constexpr const char* description =
    "Floods the kernel's SYNPROXY, the kernel's SYN cookies and Sekimori over the same veth with "
    "the same SYNs, by turns, and tells the CPU time from a SYN to its SYN-ACK.";

constexpr int exit_failed = 1;
constexpr int exit_missing = 2;

struct Settings {
  std::string json;
  std::string rows = ".*";
  unsigned repetitions = 5;
  unsigned milliseconds = 500;
};

struct Measured {
  Peer peer;
  std::vector<Sample> samples = {};

  [[nodiscard]] std::vector<double> all(double Sample::*field) const {
    std::vector<double> values;
    for (const Sample& sample : samples) values.push_back(sample.*field);
    return values;
  }
};

std::vector<Measured> measure_all(const Settings& settings) {
  const std::regex wanted{settings.rows};
  std::vector<Measured> measured;
  bool any = false;
  for (Peer& peer : all_peers()) {
    const bool matches = std::regex_search(peer.name, wanted);
    any = any || matches;
    // The first one is the reference.
    if (matches || measured.empty()) measured.push_back({.peer = std::move(peer)});
  }
  if (!any) throw std::invalid_argument{"--rows '" + settings.rows + "' names no row"};
  const lab::Lab lab;
  set_offloads(lab.box(), lab.outside_port().interface, {.napi = true});
  for (unsigned repetition = 0; repetition < settings.repetitions; ++repetition) {
    std::fprintf(stderr, "repetition %u of %u\n", repetition + 1, settings.repetitions);
    for (Measured& m : measured) {
      m.samples.push_back(measure(lab, m.peer, std::chrono::milliseconds{settings.milliseconds}));
    }
  }
  return measured;
}

Report report_of(const std::vector<Measured>& measured, unsigned repetitions) {
  Report report{
      .benchmark = "peers",
      .title = "CPU time from a SYN to its SYN-ACK, over the same veth from the same generator.",
      .repetitions = repetitions,
      .notes =
          {"CPU time is the sending thread's, in whose name the kernel receives on veth, "
           "ksoftirqd's and all of the dataplane's threads'. What sending costs alone, to an "
           "interface that drops each frame in XDP, is taken off all alike (sender).",
           "The SYN-ACK's way to the sender's interface, which counts it in tc and drops it, is in "
           "the numbers. sent_back is the least that veth allows, as tc in the box sends each SYN "
           "back as it is; \"above veth\" is what is more than that.",
           "machine: the same from /proc/stat, with all else that ran meanwhile; the two agree on "
           "an idle machine."},
      .columns = {{"Mpps", "mpps"},
                  {"answered %", "answered_percent"},
                  {"above veth", "above_veth_ns_per_packet"},
                  {"sender", "generator_ns_per_packet"},
                  {"machine", "machine_ns_per_packet"}},
      .rows = {}};
  const Measured& reference = measured.front();
  const std::vector<double> veth = measured.back().all(&Sample::ns_per_syn);
  const bool veth_known = measured.back().peer.name == veth_alone;
  for (const Measured& m : measured) {
    Row row{.name = m.peer.name,
            .value = spread(m.all(&Sample::ns_per_syn)),
            .fields = {{"mpps", median(m.all(&Sample::syns_per_s)) / 1e6},
                       {"answered_percent", median(m.all(&Sample::answered_percent))},
                       {"generator_ns_per_packet", median(m.all(&Sample::generator_ns))},
                       {"machine_ns_per_packet", median(m.all(&Sample::machine_ns_per_syn))}}};
    if (veth_known && m.peer.name != veth_alone) {
      row.fields["above_veth_ns_per_packet"] = row.value.median - median(veth);
    }
    if (&m != &reference) {
      row.reference = reference.peer.name;
      row.reference_value = spread(reference.all(&Sample::ns_per_syn));
    }
    report.rows.push_back(std::move(row));
  }
  return report;
}

std::string plot(const Report& report, const std::vector<Measured>& measured) {
  BarChart chart{.title = "From a SYN to its SYN-ACK",
                 .axis = "ns of CPU time per SYN",
                 .series = {"median"},
                 .groups = {}};
  for (std::size_t i = 0; i < measured.size(); ++i) {
    chart.groups.push_back({measured[i].peer.text, {report.rows[i].value.median}});
  }
  Figure figure{report.title};
  figure.add(chart);
  return figure.svg();
}

std::vector<std::string> what_is_missing() {
  std::vector<std::string> missing = lab::missing_for_lab();
  if (!lab::program_exists("nft"))
    missing.emplace_back("the program nft (Debian package nftables)");
  return missing;
}

int run(const Settings& settings) {
  const auto missing = what_is_missing();
  for (const auto& item : missing) {
    std::fprintf(stderr, "sekimori-bench-peers: missing: %s\n", item.c_str());
  }
  if (!missing.empty()) return exit_missing;
  const std::vector<Measured> measured = measure_all(settings);
  const Report report = report_of(measured, settings.repetitions);
  std::fputs(text(report).c_str(), stdout);
  if (!settings.json.empty()) write_files(report, plot(report, measured), settings.json);
  return 0;
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  sekimori::bench::Settings settings;
  CLI::App app{sekimori::bench::description, "sekimori-bench-peers"};
  app.add_option("--json", settings.json, "File for the results")->type_name("FILE");
  app.add_option("--rows", settings.rows, "Only rows whose name matches this, and the reference")
      ->capture_default_str()
      ->type_name("REGEX");
  app.add_option("--repetitions", settings.repetitions, "How often each is measured")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--milliseconds", settings.milliseconds, "How long each flood lasts")
      ->check(CLI::Range(10, 10'000))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : sekimori::bench::exit_missing;
  }
  try {
    return sekimori::bench::run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-peers: %s\n", error.what());
    return sekimori::bench::exit_failed;
  }
}
