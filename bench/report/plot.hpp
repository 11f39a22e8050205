#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sekimori::bench {

/// A line across a chart at one value, with its name beside it.
struct ReferenceLine {
  double value = 0;
  std::string label;
};

/// Horizontal bars in groups, which share one axis that begins at 0. Every group has a bar for each
/// series; not a number means that there is none, and the chart says so.
struct BarChart {
  struct Group {
    std::string label;
    std::vector<double> values;  ///< as many as there are series
  };

  std::string title;
  std::string axis;                 ///< what the values are, with their unit
  std::vector<std::string> series;  ///< their names; a legend shows them if there are several
  std::vector<Group> groups;
  std::optional<ReferenceLine> reference = {};
};

enum class Scale {
  linear,
  log10,
  log2,  ///< with powers of two at the axis
};

struct Axis {
  std::string title;  ///< with the unit
  Scale scale = Scale::linear;
  bool from_zero = false;  ///< of a linear axis: whether it shows 0 though no value is near it
};

/// Lines with a mark at each point.
struct LineChart {
  struct Point {
    double x = 0;
    double y = 0;
  };
  struct Series {
    std::string name;
    std::vector<Point> points;  ///< in the order of x; positive where the scale is logarithmic
  };

  std::string title;
  Axis x;
  Axis y;
  std::vector<Series> series;
  std::optional<ReferenceLine> reference = {};  ///< at a y
  bool legend = true;                           ///< off where a chart above has the same series
};

/// Charts below each other on one white page. Example:
///
///     Figure figure{"What a SYN costs"};
///     figure.add(BarChart{.title = "...", .axis = "ns per packet", .series = {"Sekimori"},
///                         .groups = {{"64 bytes", {80.5}}}, .reference = {{40.2, "testpmd"}}});
///     write_files(report, figure.svg(), settings.json);
class Figure {
 public:
  explicit Figure(std::string title) : title_(std::move(title)) {}

  void add(const BarChart& chart);
  void add(const LineChart& chart);

  [[nodiscard]] std::string svg() const;

 private:
  std::string title_;
  std::string charts_;
  double height_ = 0;
};

}  // namespace sekimori::bench
