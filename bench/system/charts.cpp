#include "bench/system/charts.hpp"

#include <array>
#include <string>
#include <utility>

namespace sekimori::bench {

namespace {

constexpr const char* our_name = "Sekimori";
constexpr const char* reference_name = "testpmd io";

bool has_throughput(const Row& row) {
  return row.fields.contains("pps");
}

BarChart throughput_chart(const Report& report) {
  BarChart chart{.title = "Throughput without loss",
                 .axis = "million packets per second",
                 .series = {our_name, reference_name},
                 .groups = {}};
  for (const Row& row : report.rows) {
    if (!has_throughput(row)) continue;
    chart.groups.push_back({row.name, {1e3 / row.value.median, 1e3 / row.reference_value.median}});
  }
  return chart;
}

/// Latencies of one kind of frame, over the share of frames that take longer: 1 in 2, in 10, ...
LineChart latency_chart(const Report& report, const std::string& suffix) {
  LineChart chart{.title = "Latency at half of the throughput: " + suffix,
                  .x = {.title = "slowest of how many frames (2: median)", .scale = Scale::log10},
                  .y = {.title = "microseconds", .scale = Scale::log10},
                  .series = {{our_name, {}}, {reference_name, {}}}};
  constexpr std::array<std::pair<const char*, double>, 4> shares{
      {{"p50", 2}, {"p90", 10}, {"p99", 100}, {"p999", 1000}}};
  for (const auto& [percentile, one_in] : shares) {
    for (const Row& row : report.rows) {
      if (row.name != std::string{"latency_"} + percentile + "_" + suffix) continue;
      chart.series[0].points.push_back({one_in, row.value.median / 1e3});
      chart.series[1].points.push_back({one_in, row.reference_value.median / 1e3});
    }
  }
  return chart;
}

}  // namespace

Figure charts(const Report& report) {
  Figure figure{"The whole appliance over virtual ports"};
  const BarChart throughput = throughput_chart(report);
  if (!throughput.groups.empty()) figure.add(throughput);
  for (const char* suffix : {"64", "1518", "synack_64"}) {
    const LineChart latency = latency_chart(report, suffix);
    if (!latency.series[0].points.empty()) figure.add(latency);
  }
  return figure;
}

}  // namespace sekimori::bench
