#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <numeric>
#include <regex>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bench/report/plot.hpp"
#include "bench/report/report.hpp"
#include "bench/suffix/names.hpp"
#include "dataplane/packet/dns_name.hpp"

namespace {

using namespace sekimori;
using namespace sekimori::bench;

constexpr const char* description =
    "Looks up what the names of DNS messages end in, from wire format to value, in sets of a "
    "thousand to a million suffixes, and beside it in a hash map of texts.";

constexpr SipKey key{.k0 = 0x0123456789abcdef, .k1 = 0xfedcba9876543210};
constexpr std::size_t message_count = 1 << 16;
constexpr std::size_t burst = 32;

using TextMap = std::unordered_map<std::string, std::uint16_t>;

/// As the dataplane would: a burst of messages is read, then looked up.
std::uint64_t by_suffix_set(const SuffixSet& set, const NameWorld& world, std::size_t first) {
  std::array<DnsName, burst> names;
  std::array<std::uint16_t, burst> values;
  std::size_t count = 0;
  for (std::size_t i = 0; i < burst; ++i) {
    const auto fault = read_question_name(world.messages[first + i], names[count]);
    if (fault == DnsQuestionFault::none) ++count;
  }
  set.find(std::span{names}.first(count), std::span{values}.first(count));
  return std::accumulate(values.begin(), values.begin() + count, std::uint64_t{0});
}

/// The plain way: the name as text, and each of its suffixes in a map.
std::uint64_t by_text_map(const TextMap& map, const NameWorld& world, std::size_t first) {
  DnsName name;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < burst; ++i) {
    if (read_question_name(world.messages[first + i], name) != DnsQuestionFault::none) continue;
    std::string rest = name.to_text();
    while (true) {
      if (const auto found = map.find(rest); found != map.end()) {
        sum += found->second;
        break;
      }
      const std::size_t dot = rest.find('.');
      if (dot == std::string::npos) break;
      rest.erase(0, dot + 1);
    }
  }
  return sum;
}

/// What a worker does with the frames of a burst before it looks at them.
void fetch(const NameWorld& world, std::size_t first) {
  for (std::size_t i = 0; i < burst; ++i) __builtin_prefetch(world.messages[first + i].data());
}

/// Nanoseconds of CPU time a name, over at least `least` of them, and the sum of what was found in
/// the first pass.
template <typename Lookup>
std::pair<double, std::uint64_t> measure(std::chrono::milliseconds least, const NameWorld& world,
                                         Lookup lookup) {
  const auto pass = [&] {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < message_count; at += burst) {
      fetch(world, at);
      sum += lookup(at);
    }
    return sum;
  };
  const std::uint64_t found = pass();
  constexpr double ns_per_tick = 1e9 / CLOCKS_PER_SEC;
  const double least_ns = std::chrono::duration<double, std::nano>(least).count();
  std::uint64_t names = 0;
  double used_ns = 0;
  for (const std::clock_t begin = std::clock(); used_ns < least_ns;) {
    if (pass() != found) throw std::runtime_error("results changed");
    names += message_count;
    used_ns = static_cast<double>(std::clock() - begin) * ns_per_tick;
  }
  return {used_ns / static_cast<double>(names), found};
}

Row measure_size(const std::string& name, std::size_t suffixes, unsigned repetitions,
                 std::chrono::milliseconds least) {
  const NameWorld world = make_names(suffixes, message_count);
  const auto set = SuffixSet::build(world.suffixes, key);
  if (!set) throw std::runtime_error(set.error());
  TextMap map;
  for (const SuffixSet::Entry& entry : world.suffixes) {
    map.emplace(entry.suffix.to_text(), entry.value);
  }
  std::vector<double> ours;
  std::vector<double> plain;
  for (unsigned i = 0; i < repetitions; ++i) {
    const auto a =
        measure(least, world, [&](std::size_t at) { return by_suffix_set(*set, world, at); });
    const auto b =
        measure(least, world, [&](std::size_t at) { return by_text_map(map, world, at); });
    if (a.second != b.second) throw std::runtime_error("the two ways do not agree");
    ours.push_back(a.first);
    plain.push_back(b.first);
  }
  return {.name = name,
          .value = spread(ours),
          .reference = "unordered_map of texts",
          .reference_value = spread(plain),
          .fields = {{"suffixes", suffixes}, {"bytes", set->memory_bytes()}}};
}

std::string plot(const Report& report) {
  BarChart chart{.title = "From a DNS message to the value of its suffix",
                 .axis = "ns a name, median",
                 .series = {"suffix set", "unordered_map of texts"},
                 .groups = {}};
  for (const Row& row : report.rows) {
    chart.groups.push_back({row.name, {row.value.median, row.reference_value.median}});
  }
  Figure figure{"What a DNS suffix costs"};
  figure.add(chart);
  return figure.svg();
}

struct Settings {
  std::string json;
  std::string rows = ".*";
  unsigned repetitions = 9;
  unsigned milliseconds = 200;
};

void run(const Settings& settings) {
  constexpr std::array<std::pair<const char*, std::size_t>, 4> sizes{{{"suffix_1k", 1000},
                                                                      {"suffix_10k", 10'000},
                                                                      {"suffix_100k", 100'000},
                                                                      {"suffix_1m", 1'000'000}}};
  Report report{.benchmark = "suffix",
                .title =
                    "From a DNS message to the value of the longest suffix of its name, in "
                    "bursts of 32 messages.",
                .repetitions = settings.repetitions,
                .notes = {"65,536 messages by turns; the names of half of them end in a suffix of "
                          "the set."},
                .columns = {{.heading = "bytes", .key = "bytes"}}};
  const std::regex wanted{settings.rows};
  for (const auto& [name, suffixes] : sizes) {
    if (!std::regex_search(name, wanted)) continue;
    report.rows.push_back(measure_size(name, suffixes, settings.repetitions,
                                       std::chrono::milliseconds{settings.milliseconds}));
  }
  if (report.rows.empty()) {
    throw std::invalid_argument{"--rows '" + settings.rows + "' names no row"};
  }
  std::fputs(text(report).c_str(), stdout);
  if (!settings.json.empty()) write_files(report, plot(report), settings.json);
}

void declare(CLI::App& app, Settings& settings) {
  app.add_option("--json", settings.json, "File for the results; the plot goes beside it")
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
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Settings settings;
    CLI::App app{description, "sekimori-bench-suffix"};
    declare(app, settings);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    run(settings);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sekimori-bench-suffix: %s\n", error.what());
    return 1;
  }
}
