#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <vector>

#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"
#include "bench/splice/transfers.hpp"
#include "tests/support/dataplane.hpp"
#include "tests/support/errors.hpp"

namespace {

using namespace sekimori::bench;
using sekimori::lab::Dataplane;
using sekimori::lab::Lab;
using sekimori::lab::PortDriver;

constexpr const char* description =
    "Moves 10 MB each way between real kernels through sekimori-dataplane: over a connection that "
    "is spliced (syn = \"proxy\") and over the same path with the mode off, by turns.";

// One server with two addresses, so that both modes are in force at the same time.
constexpr const char* spliced_address = Lab::server_ipv4;
constexpr const char* plain_address = "10.77.0.3";
constexpr double wanted_ratio = 0.5;
constexpr int exit_too_slow = 1;
constexpr int exit_missing = 2;

struct Transfer {
  const char* name;
  double (*measure)(const Lab&, const std::string&);
  std::vector<double> spliced = {};
  std::vector<double> plain = {};
};

std::string policy() {
  return sekimori::lab::policy_for_server("proxy") +
         "[[object]]\nname = \"plain\"\nprefixes = [\"" + plain_address + "\"]\nsyn = \"off\"\n";
}

std::vector<Transfer> measure(unsigned repetitions, PortDriver driver) {
  std::vector<Transfer> transfers{{.name = "10 MB down", .measure = download_mbit_per_s},
                                  {.name = "10 MB up", .measure = upload_mbit_per_s}};
  const Lab lab;
  lab.server().ip(std::string("addr add ") + plain_address + "/24 dev " +
                  lab.server_port().interface);
  const Dataplane dataplane{lab, policy(), {.driver = driver}};
  const TransferServer server{lab};
  for (const char* address : {spliced_address, plain_address}) {
    download_mbit_per_s(lab, address);  // ARP, the learned server profile, warm caches
  }
  for (unsigned i = 0; i < repetitions; ++i) {
    for (Transfer& transfer : transfers) {
      transfer.spliced.push_back(transfer.measure(lab, spliced_address));
      transfer.plain.push_back(transfer.measure(lab, plain_address));
    }
  }
  return transfers;
}

Report report_of(const std::vector<Transfer>& transfers, unsigned repetitions) {
  Report report{.benchmark = "splice",
                .title =
                    "10 MB between real kernels through sekimori-dataplane, over spliced "
                    "connections.",
                .unit = "mbit_per_s",
                .repetitions = repetitions};
  for (const Transfer& transfer : transfers) {
    report.rows.push_back({.name = transfer.name,
                           .value = spread(transfer.spliced),
                           .reference = "the same path with syn = \"off\"",
                           .reference_value = spread(transfer.plain)});
  }
  return report;
}

std::string plot(const Report& report) {
  BarChart chart{.title = "10 MB through sekimori-dataplane",
                 .axis = "Mbit of payload per second, median",
                 .series = {"spliced", "mode off"},
                 .groups = {}};
  for (const Row& row : report.rows) {
    chart.groups.push_back({row.name, {row.value.median, row.reference_value.median}});
  }
  Figure figure{"What splicing costs a transfer"};
  figure.add(chart);
  return figure.svg();
}

bool print(const Report& report) {
  std::fputs(text(report).c_str(), stdout);
  const bool fast =
      std::ranges::all_of(report.rows, [](const Row& row) { return row.ratio() >= wanted_ratio; });
  std::printf("\n%s\n", fast ? "The splice keeps at least half of the throughput."
                             : "The splice keeps less than half of the throughput.");
  return fast;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned repetitions = 9;
  PortDriver driver = PortDriver::af_packet;
  std::filesystem::path json = "build/bench/splice.json";
  CLI::App app{description, "sekimori-bench-splice"};
  app.add_option("--repetitions", repetitions, "Transfers of each kind")
      ->check(CLI::Range(5U, 1000U))
      ->capture_default_str();
  const std::map<std::string, PortDriver> drivers{{"af_packet", PortDriver::af_packet},
                                                  {"af_xdp", PortDriver::af_xdp}};
  app.add_option("--port-driver", driver, "How Sekimori takes its ports")
      ->transform(CLI::CheckedTransformer(drivers))
      ->type_name("af_packet|af_xdp")
      ->default_str("af_packet");
  app.add_option("--json", json, "Where the numbers go")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_missing;
  }
  const auto missing = sekimori::lab::missing_for_lab();
  for (const auto& item : missing) {
    std::fprintf(stderr, "sekimori-bench-splice: missing: %s\n", item.c_str());
  }
  if (!missing.empty()) {
    return exit_missing;
  }
  try {
    const Report report = report_of(measure(repetitions, driver), repetitions);
    write_files(report, plot(report), json);
    return print(report) ? 0 : exit_too_slow;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-splice: %s\n", error.what());
    return exit_too_slow;
  }
}
