#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "bench/splice/transfers.hpp"
#include "tests/support/dataplane.hpp"
#include "tests/support/errors.hpp"

namespace {

using namespace sekimori::bench;
using sekimori::lab::Dataplane;
using sekimori::lab::Lab;
using sekimori::lab::LabError;
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

struct Row {
  const char* name;
  double (*measure)(const Lab&, const std::string&);
  std::vector<double> spliced = {};
  std::vector<double> plain = {};
  double spliced_median = 0;
  double plain_median = 0;

  [[nodiscard]] double ratio() const { return spliced_median / plain_median; }
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string policy() {
  return sekimori::lab::policy_for_server("proxy") +
         "[[object]]\nname = \"plain\"\nprefixes = [\"" + plain_address + "\"]\nsyn = \"off\"\n";
}

std::vector<Row> measure(unsigned repetitions, PortDriver driver) {
  std::vector<Row> rows{{.name = "10 MB down", .measure = download_mbit_per_s},
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
    for (Row& row : rows) {
      row.spliced.push_back(row.measure(lab, spliced_address));
      row.plain.push_back(row.measure(lab, plain_address));
    }
  }
  for (Row& row : rows) {
    row.spliced_median = median(row.spliced);
    row.plain_median = median(row.plain);
  }
  return rows;
}

void write_json(const std::filesystem::path& path, const std::vector<Row>& rows,
                unsigned repetitions) {
  nlohmann::ordered_json json{{"benchmark", "splice"}, {"repetitions", repetitions}};
  auto& list = json["rows"] = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    list.push_back({{"name", row.name},
                    {"mbit_per_s", row.spliced_median},
                    {"reference", "the same path with syn = \"off\""},
                    {"reference_mbit_per_s", row.plain_median},
                    {"ratio", row.ratio()}});
  }
  std::filesystem::create_directories(std::filesystem::absolute(path).parent_path());
  std::ofstream file(path);
  file << json.dump(2) << "\n" << std::flush;
  if (!file) {
    sekimori::lab::throw_errno("write " + path.string());
  }
}

bool print(const std::vector<Row>& rows, unsigned repetitions) {
  std::printf("10 MB through sekimori-dataplane, medians of %u alternating transfers\n\n",
              repetitions);
  std::printf("%-12s %16s %16s %7s\n", "transfer", "spliced Mbit/s", "mode off Mbit/s", "ratio");
  bool fast = true;
  for (const Row& row : rows) {
    std::printf("%-12s %16.0f %16.0f %7.2f\n", row.name, row.spliced_median, row.plain_median,
                row.ratio());
    fast = fast && row.ratio() >= wanted_ratio;
  }
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
    const auto rows = measure(repetitions, driver);
    write_json(json, rows, repetitions);
    return print(rows, repetitions) ? 0 : exit_too_slow;
  } catch (const LabError& error) {
    std::fprintf(stderr, "sekimori-bench-splice: %s\n", error.what());
    return exit_too_slow;
  }
}
