// sekimori-bench-protection: what is left of a web server's service as a SYN flood grows, without
// protection, with the kernel's and with Sekimori's.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <regex>
#include <stdexcept>

#include "bench/protection/scenario.hpp"
#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"
#include "tests/support/priority.hpp"
#include "tests/support/process.hpp"
#include "tests/support/run.hpp"

namespace sekimori::bench {
namespace {

constexpr const char* description =
    "Offers real HTTP requests to a real web server under SYN floods of growing rate: without "
    "protection, behind the kernel's SYNPROXY, and behind Sekimori in each SYN mode.";

constexpr int exit_failed = 1;
constexpr int exit_missing = 2;
/// Where a logarithmic axis shows a rate of nothing.
constexpr double no_attack_at = 1'000;

struct Settings {
  std::string json;
  std::string rows = ".*";
  Load load{.requests_per_s = 300, .duration = std::chrono::seconds{2}};
  bool quick = false;
};

struct Measured {
  Protection protection;
  std::vector<Point> points = {};
};

/// Without a number: as many SYNs as go.
using Rates = std::vector<std::optional<std::uint32_t>>;

Rates rates(bool quick) {
  if (quick) return {10'000};
  return {0, 10'000, 30'000, 100'000, 300'000, 1'000'000, std::nullopt};
}

std::vector<Measured> measure_all(const Settings& settings) {
  const std::regex wanted{settings.rows};
  std::vector<Measured> all;
  for (Protection& protection : all_protections()) {
    const bool ways_differ =
        protection.kind != Protection::Kind::sekimori || protection.syn_mode == "proxy";
    if (settings.quick && !ways_differ) continue;
    if (!std::regex_search(protection.name, wanted)) continue;
    Measured measured{.protection = std::move(protection)};
    Site site{measured.protection, settings.load};
    for (const auto& rate : rates(settings.quick)) {
      const Point point = site.attack(rate);
      std::fprintf(stderr, "%-20s %9.0f SYNs a second: %4.0f of %u requests a second served\n",
                   measured.protection.name.c_str(), point.attack_pps, point.goodput_rps,
                   settings.load.requests_per_s);
      measured.points.push_back(point);
    }
    all.push_back(std::move(measured));
  }
  if (all.empty()) throw std::invalid_argument{"--rows '" + settings.rows + "' names no row"};
  return all;
}

Report report_of(const std::vector<Measured>& all, const Settings& settings) {
  Report report{
      .benchmark = "protection",
      .title = "What is left of a web server's service under a SYN flood.",
      .unit = "requests_per_s",
      .repetitions = 1,
      .notes = {"Clients ask for " + std::to_string(settings.load.requests_per_s) +
                    " pages a second, each over a connection of its own; each row begins with 16 "
                    "clients that the box has not seen, and which repeat nothing that fails.",
                "none: a bridge and a server with tcp_syncookies = 0 and 256 places for half-open "
                "connections, as in `./dev demo`; the server behind the others is the same.",
                "SYNs a second are those that left the attacker. Attacker, clients and server "
                "share one CPU, the box has the other. The attacker rests while a client runs, "
                "which is kind to every box that has more to do than it can.",
                "A connection that does not come counts with 2,000 ms."},
      .columns = {{"SYN/s", "attack_pps"},
                  {"failed %", "failed_percent"},
                  {"connect p50 ms", "connect_p50_ms"},
                  {"p99 ms", "connect_p99_ms"}},
      .rows = {}};
  const double offered = settings.load.requests_per_s;
  for (const Measured& measured : all) {
    for (const Point& point : measured.points) {
      report.rows.push_back({.name = measured.protection.name,
                             .value = spread({point.goodput_rps}),
                             .reference = "the requests offered",
                             .reference_value = spread({offered}),
                             .fields = {{"attack_pps", point.attack_pps},
                                        {"failed_percent", point.failed_percent},
                                        {"connect_p50_ms", point.connect_p50_ms},
                                        {"connect_p99_ms", point.connect_p99_ms}}});
    }
  }
  return report;
}

LineChart panel(const std::vector<Measured>& all, const std::string& title, const Axis& y,
                double Point::*field) {
  LineChart chart{.title = title,
                  .x = {.title = "SYNs of the attack per second; at the left edge there is none",
                        .scale = Scale::log10},
                  .y = y,
                  .series = {},
                  .legend = false};
  for (const Measured& measured : all) {
    LineChart::Series series{.name = measured.protection.text, .points = {}};
    for (const Point& point : measured.points) {
      series.points.push_back({std::max(point.attack_pps, no_attack_at), point.*field});
    }
    std::ranges::stable_sort(series.points, {}, &LineChart::Point::x);
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::string plot(const std::vector<Measured>& all, const Settings& settings) {
  Figure figure{"A web server under a SYN flood"};
  LineChart goodput = panel(all, "Requests served", {.title = "per second", .from_zero = true},
                            &Point::goodput_rps);
  goodput.legend = true;
  goodput.reference = {static_cast<double>(settings.load.requests_per_s), "offered"};
  figure.add(goodput);
  figure.add(panel(all, "Time to connect, 99th percentile (2,000 ms: never)",
                   {.title = "ms", .scale = Scale::log10}, &Point::connect_p99_ms));
  figure.add(panel(all, "False drops: requests of clients that failed",
                   {.title = "percent", .from_zero = true}, &Point::failed_percent));
  return figure.svg();
}

std::vector<std::string> what_is_missing() {
  std::vector<std::string> missing = lab::missing_for_lab();
  for (const auto& [program, package] :
       {std::pair{"nft", "nftables"}, std::pair{"nginx", "nginx-light"}}) {
    if (lab::program_exists(program)) continue;
    missing.push_back(std::string("the program ") + program + " (Debian package " + package + ")");
  }
  return missing;
}

int run(Settings settings) {
  const auto missing = what_is_missing();
  for (const auto& item : missing) {
    std::fprintf(stderr, "sekimori-bench-protection: missing: %s\n", item.c_str());
  }
  if (!missing.empty()) return exit_missing;
  if (settings.quick) settings.load.duration = std::chrono::seconds{1};
  // Or others on the machine would decide how large the attack is and how fast the server.
  lab::take_larger_share();
  const std::vector<Measured> all = measure_all(settings);
  const Report report = report_of(all, settings);
  std::fputs(text(report).c_str(), stdout);
  if (!settings.json.empty()) write_files(report, plot(all, settings), settings.json);
  return 0;
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  using sekimori::lab::PortDriver;
  sekimori::bench::Settings settings;
  CLI::App app{sekimori::bench::description, "sekimori-bench-protection"};
  app.add_option("--json", settings.json, "File for the results")->type_name("FILE");
  app.add_option("--rows", settings.rows, "Only rows whose name matches this")
      ->capture_default_str()
      ->type_name("REGEX");
  app.add_option("--port-driver", settings.load.driver, "How Sekimori takes its ports")
      ->transform(CLI::CheckedTransformer(std::map<std::string, PortDriver>{
          {"af_packet", PortDriver::af_packet}, {"af_xdp", PortDriver::af_xdp}}))
      ->type_name("af_packet|af_xdp")
      ->default_str("af_xdp");
  app.add_option("--request-rate", settings.load.requests_per_s, "Requests of clients a second")
      ->check(CLI::Range(10, 1'000))
      ->capture_default_str();
  app.add_flag("--quick", settings.quick,
               "Only that it works: one small flood for each kind of box");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : sekimori::bench::exit_missing;
  }
  try {
    return sekimori::bench::run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-protection: %s\n", error.what());
    return sekimori::bench::exit_failed;
  }
}
