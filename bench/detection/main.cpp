// sekimori-bench-detection: what control's look at all objects costs, ten times a second.

#include <time.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <regex>
#include <stdexcept>

#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"
#include "control/watch/watch.hpp"

namespace sekimori::bench {
namespace {

struct Settings {
  std::string json;
  std::string rows = ".*";
  unsigned repetitions = 5;
  unsigned passes = 50;
};

struct Size {
  const char* name;
  std::uint32_t objects;
  std::uint32_t attacked;
};

constexpr Size sizes[] = {
    {"detect_1k", 1'000, 0},
    {"detect_10k", 10'000, 0},
    {"detect_10k_attacked", 10'000, 20},
    {"detect_10k_all_attacked", 10'000, 10'000},
};

/// Objects in prefixes of 200 and tenants of 50, with thresholds for every vector.
Policy policy_of(std::uint32_t objects) {
  Policy policy;
  for (std::uint32_t i = 0; i < objects; ++i) {
    ObjectPolicy& object = policy.objects.emplace_back();
    object.name.value = std::to_string(i);
    object.tenant.value = std::to_string(i / 50);
    const be32 address{0x0a000000U + i / 200 * 256 + i % 200};
    object.prefixes.emplace_back().value = {.address = Address::from_ipv4(address), .length = 128};
    for (const Vector v : all_vectors()) object.threshold[v] = 100'000;
    object.threshold[Vector::bits] = 100'000'000;
    if (i % 50 == 0) policy.tenants.emplace_back().name.value = object.tenant.value;
  }
  return policy;
}

/// Counters that grow as those of a site with load on all objects, and a flood on the first ones.
class Load {
 public:
  explicit Load(const Size& size) : size_(size), meters_(size.objects) {}

  Observation next() {
    ms_ += 100;
    for (std::uint32_t i = 0; i < meters_.size(); ++i) {
      const std::uint64_t packets = i < size_.attacked ? 30'000 : 50 + i % 50;
      ObjectMeters& meters = meters_[i];
      meters.of(TrafficClass::total).packets += packets;
      meters.of(TrafficClass::total).bytes += packets * 100;
      meters.of(TrafficClass::tcp).packets += packets;
      meters.syn_received += packets / 2;
      meters.passed_packets += packets;
      meters.passed_bytes += packets * 100;
      meters.from_inside_packets += packets;
    }
    return {.now_ms = ms_, .monotonic_ms = ms_, .objects = meters_, .samples = {}, .sources = {}};
  }

 private:
  Size size_;
  std::uint64_t ms_ = 1'000;
  std::vector<ObjectMeters> meters_;
};

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

Row measure(const Size& size, const Settings& settings) {
  std::fprintf(stderr, "%s\n", size.name);
  Watch watch{std::make_shared<const Policy>(policy_of(size.objects)), {}, {}};
  Load load{size};
  // Until windows are full and what is abnormal is known.
  for (int i = 0; i < 30; ++i) static_cast<void>(watch.step(load.next()));
  std::vector<double> values;
  double longest = 0;
  for (unsigned repetition = 0; repetition < settings.repetitions; ++repetition) {
    double sum = 0;
    for (unsigned pass = 0; pass < settings.passes; ++pass) {
      const Observation observation = load.next();
      const double begin = cpu_ms();
      static_cast<void>(watch.step(observation));
      const double took = cpu_ms() - begin;
      sum += took;
      longest = std::max(longest, took);
    }
    values.push_back(sum / settings.passes);
  }
  Row row{.name = size.name, .value = spread(values)};
  row.fields["objects"] = size.objects;
  row.fields["attacked"] = size.attacked;
  row.fields["longest_ms"] = longest;
  row.fields["ns_per_object"] = row.value.median * 1e6 / size.objects;
  return row;
}

Report measure_all(const Settings& settings) {
  Report report{.benchmark = "detection",
                .title =
                    "CPU time of one look of control at all objects: rates, thresholds of "
                    "objects, prefixes and tenants, ladders, diagnosis.",
                .unit = "ms_per_pass",
                .repetitions = settings.repetitions,
                .notes = {"There are ten passes a second."},
                .columns = {{.heading = "objects", .key = "objects"},
                            {.heading = "attacked", .key = "attacked"},
                            {.heading = "longest ms", .key = "longest_ms"},
                            {.heading = "ns/object", .key = "ns_per_object"}}};
  const std::regex wanted{settings.rows};
  for (const Size& size : sizes) {
    if (std::regex_search(size.name, wanted)) report.rows.push_back(measure(size, settings));
  }
  if (report.rows.empty()) {
    throw std::invalid_argument{"--rows '" + settings.rows + "' names no row"};
  }
  return report;
}

std::string plot_of(const Report& report) {
  BarChart chart{.title = "One pass", .axis = "ms of CPU", .series = {"Sekimori"}, .groups = {}};
  for (const Row& row : report.rows) {
    chart.groups.push_back({.label = row.name, .values = {row.value.median}});
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
  app.add_option("--repetitions", settings.repetitions, "Repetitions of each row")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  app.add_option("--passes", settings.passes, "Passes of each repetition")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
}

}  // namespace
}  // namespace sekimori::bench

int main(int argc, char** argv) {
  try {
    sekimori::bench::Settings settings;
    CLI::App app{"Measures what control's look at all objects costs"};
    app.name("sekimori-bench-detection");
    sekimori::bench::declare(app, settings);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    sekimori::bench::run(settings);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-detection: %s\n", error.what());
    return 1;
  }
}
