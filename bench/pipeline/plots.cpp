#include "bench/pipeline/plots.hpp"

#include <cmath>
#include <string_view>
#include <utility>

#include "bench/report/plot.hpp"

namespace sekimori::bench {

namespace {

BarChart ratios(const Report& report) {
  BarChart chart{.title = "Cost of a packet beside testpmd",
                 .axis = "multiples of what testpmd io needs for a packet of the same source",
                 .series = {"Sekimori"},
                 .groups = {},
                 .reference = {{1, "testpmd io"}}};
  for (const Row& row : report.rows) chart.groups.push_back({row.name, {row.ratio()}});
  return chart;
}

/// The number behind a name's beginning: 1024 for "2e10", 100 for "100".
double size_of(std::string_view text) {
  constexpr std::string_view power = "2e";
  return text.starts_with(power) ? std::exp2(std::stod(std::string{text.substr(power.size())}))
                                 : std::stod(std::string{text});
}

/// Adds the cost by size of the rows whose names begin so, if there are several.
void add_by_size(Figure& figure, const Report& report, std::string_view beginning,
                 const std::string& title, const Axis& sizes) {
  LineChart::Series ours{"Sekimori, one worker", {}};
  LineChart::Series testpmd{"testpmd io, same source, same moment", {}};
  for (const Row& row : report.rows) {
    if (!row.name.starts_with(beginning)) continue;
    const double size = size_of(std::string_view{row.name}.substr(beginning.size()));
    ours.points.push_back({size, row.value.median});
    testpmd.points.push_back({size, row.reference_value.median});
  }
  if (ours.points.size() < 2) return;
  LineChart chart;
  chart.title = title;
  chart.x = sizes;
  chart.y = {.title = "ns per packet", .from_zero = true};
  chart.series = {std::move(ours), std::move(testpmd)};
  figure.add(chart);
}

}  // namespace

std::string pipeline_plots(const Report& report) {
  Figure figure{report.title};
  figure.add(ratios(report));
  add_by_size(figure, report, "established_", "Segments of established connections",
              {.title = "connections, segments in random order", .scale = Scale::log2});
  add_by_size(figure, report, "objects_", "SYN flood over many protected objects",
              {.title = "objects, destinations in random order", .scale = Scale::log10});
  return figure.svg();
}

}  // namespace sekimori::bench
