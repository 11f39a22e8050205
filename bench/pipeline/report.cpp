#include "bench/pipeline/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace sekimori::bench {

namespace {

std::string processor() {
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

/// Two digits behind the point; more would pretend to know.
double rounded(double value) {
  return std::round(value * 100) / 100;
}

}  // namespace

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string text_of(const Report& report) {
  std::string text = "one worker on " + processor() + ", " + report.memory + ", medians of " +
                     std::to_string(report.repetitions) +
                     " alternating repetitions\n"
                     "source: receiving and freeing the same packets; reference: " +
                     reference_name + "\n\n";
  std::array<char, 160> line{};
  const auto add_line = [&text, &line](int length) {
    text.append(line.data(), static_cast<std::size_t>(length));
  };
  add_line(std::snprintf(line.data(), line.size(), "%-18s %10s %8s %10s %13s %7s\n", "packets",
                         "ns/packet", "Mpps", "source ns", "reference ns", "ratio"));
  for (const Result& r : report.results) {
    add_line(std::snprintf(line.data(), line.size(), "%-18s %10.1f %8.2f %10.1f %13.1f %7.2f\n",
                           r.name.c_str(), r.ns_per_packet, 1e3 / r.ns_per_packet,
                           r.source_ns_per_packet, r.reference_ns_per_packet,
                           r.ns_per_packet / r.reference_ns_per_packet));
  }
  return text;
}

std::string json_of(const Report& report) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Result& r : report.results) {
    rows.push_back({{"name", r.name},
                    {"ns_per_packet", rounded(r.ns_per_packet)},
                    {"reference", reference_name},
                    {"reference_ns_per_packet", rounded(r.reference_ns_per_packet)},
                    {"ratio", rounded(r.ns_per_packet / r.reference_ns_per_packet)},
                    {"source_ns_per_packet", rounded(r.source_ns_per_packet)}});
  }
  return nlohmann::ordered_json{{"benchmark", "pipeline"},
                                {"processor", processor()},
                                {"memory", report.memory},
                                {"repetitions", report.repetitions},
                                {"rows", rows}}
      .dump(2);
}

}  // namespace sekimori::bench
