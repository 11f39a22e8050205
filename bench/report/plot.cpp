#include "bench/report/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "bench/report/numbers.hpp"
#include "bench/report/svg.hpp"
#include "bench/report/ticks.hpp"

namespace sekimori::bench {

namespace {

constexpr double page_width = 900;
constexpr double margin = 24;
constexpr double title_height = 44;
constexpr double chart_title_height = 34;
constexpr double legend_height = 24;
constexpr double axis_height = 52;  ///< numbers and title below a chart
constexpr double reference_height = 20;

constexpr const char* grid_colour = "#e3e6ea";
constexpr const char* axis_colour = "#8a9099";
constexpr const char* faint_colour = "#5b6068";
constexpr const char* reference_colour = "#c4320a";
/// Okabe and Ito's palette, which colour-blind people tell apart, without what is faint on white.
constexpr std::array colours{"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#6e6e6e"};

const char* colour(std::size_t series) {
  return colours.at(series % colours.size());
}

/// The part of a chart in which values are drawn.
struct Plane {
  double left, top, right, bottom;

  [[nodiscard]] double x(double position) const { return left + position * (right - left); }
  [[nodiscard]] double y(double position) const { return bottom - position * (bottom - top); }
};

void draw_title(Svg& svg, const std::string& title) {
  svg.text({margin, 12}, title, {.size = 15, .colour = "#111111", .bold = true});
}

/// Returns the height that it took.
double draw_legend(Svg& svg, const std::vector<std::string>& names, double top) {
  if (names.size() < 2) return 0;
  double x = margin;
  double y = top;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double width = 34 + text_width(names[i]);
    if (x > margin && x + width > page_width - margin) {
      x = margin;
      y += legend_height;
    }
    svg.rectangle({x, y + 4}, 12, 12, colour(i));
    svg.text({x + 18, y + 10}, names[i], {});
    x += width;
  }
  return y + legend_height - top;
}

/// Lines up from the axis below, its numbers and its title.
void draw_axis_below(Svg& svg, const Plane& plane, const Ticks& ticks, const std::string& title) {
  for (const auto& tick : ticks.ticks()) {
    const double x = plane.x(ticks.position(tick.value));
    svg.line({x, plane.top}, {x, plane.bottom}, {.colour = grid_colour});
    svg.text({x, plane.bottom + 14}, tick.label,
             {.anchor = Anchor::middle, .size = 12, .colour = faint_colour});
  }
  svg.text({(plane.left + plane.right) / 2, plane.bottom + 36}, title,
           {.anchor = Anchor::middle, .colour = faint_colour});
}

std::vector<double> finite_values(const BarChart& chart) {
  std::vector<double> values{0};
  for (const auto& group : chart.groups) {
    if (group.values.size() != chart.series.size()) {
      throw std::invalid_argument{"the group '" + group.label + "' of the chart '" + chart.title +
                                  "' has not a value for each series"};
    }
    std::ranges::copy_if(group.values, std::back_inserter(values),
                         [](double v) { return std::isfinite(v); });
  }
  if (chart.reference) values.push_back(chart.reference->value);
  // Room for the number behind the longest bar.
  values.push_back(std::ranges::max(values) * 1.08);
  return values;
}

double widest(const std::vector<BarChart::Group>& groups) {
  double width = 0;
  for (const auto& group : groups) width = std::max(width, text_width(group.label));
  return width;
}

}  // namespace

void Figure::add(const BarChart& chart) {
  const double bar = chart.series.size() > 1 ? 14 : 18;
  const double group_height = bar * static_cast<double>(chart.series.size()) + 9;
  Svg svg;
  draw_title(svg, chart.title);
  double top = chart_title_height + draw_legend(svg, chart.series, chart_title_height);
  if (chart.reference) top += reference_height;
  const Plane plane{.left = margin + std::min(widest(chart.groups), page_width / 3) + 10,
                    .top = top,
                    .right = page_width - margin - 20,
                    .bottom = top + group_height * static_cast<double>(chart.groups.size()) + 4};
  const Ticks ticks{{.title = chart.axis}, finite_values(chart)};
  draw_axis_below(svg, plane, ticks, chart.axis);

  double y = plane.top + 6;
  for (const auto& group : chart.groups) {
    svg.text({plane.left - 8, y + (group_height - 9) / 2}, group.label, {.anchor = Anchor::end});
    for (std::size_t i = 0; i < group.values.size(); ++i) {
      const double value = group.values[i];
      const bool known = std::isfinite(value);
      const double end = known ? plane.x(ticks.position(value)) : plane.left;
      const double top_of_bar = y + bar * static_cast<double>(i);
      svg.rectangle({plane.left, top_of_bar}, end - plane.left, bar - 1, colour(i));
      svg.text({end + 5, top_of_bar + bar / 2}, known ? measure_text(value) : "not measured",
               {.size = 11, .colour = faint_colour});
    }
    y += group_height;
  }
  svg.line({plane.left, plane.top}, {plane.left, plane.bottom}, {.colour = axis_colour});
  if (chart.reference) {
    const double x = plane.x(ticks.position(chart.reference->value));
    svg.line({x, plane.top - 2}, {x, plane.bottom},
             {.colour = reference_colour, .width = 1.5, .dashed = true});
    // To the side on which there is more room.
    const bool right = x < (plane.left + plane.right) / 2;
    svg.text(
        {x + (right ? -4 : 4), plane.top - 12}, chart.reference->label,
        {.anchor = right ? Anchor::start : Anchor::end, .size = 12, .colour = reference_colour});
  }
  Svg placed;
  placed.begin_group({0, height_});
  placed.append(svg.content());
  placed.end_group();
  charts_ += placed.content();
  height_ += plane.bottom + axis_height + 16;
}

namespace {

void draw_axis_left(Svg& svg, const Plane& plane, const Ticks& ticks, const std::string& title) {
  for (const auto& tick : ticks.ticks()) {
    const double y = plane.y(ticks.position(tick.value));
    svg.line({plane.left, y}, {plane.right, y}, {.colour = grid_colour});
    svg.text({plane.left - 8, y}, tick.label,
             {.anchor = Anchor::end, .size = 12, .colour = faint_colour});
  }
  svg.text({margin + 4, (plane.top + plane.bottom) / 2}, title,
           {.anchor = Anchor::middle, .colour = faint_colour, .upwards = true});
}

struct Values {
  std::vector<double> x;
  std::vector<double> y;
};

Values values_of(const LineChart& chart) {
  Values values;
  for (const auto& series : chart.series) {
    for (const auto& point : series.points) {
      values.x.push_back(point.x);
      values.y.push_back(point.y);
    }
  }
  if (chart.reference) values.y.push_back(chart.reference->value);
  return values;
}

std::vector<std::string> names_of(const std::vector<LineChart::Series>& series) {
  std::vector<std::string> names;
  names.reserve(series.size());
  for (const auto& one : series) names.push_back(one.name);
  return names;
}

/// At least that of a usual number, so that charts below each other begin at the same place.
double widest(const Ticks& ticks) {
  double width = text_width("10,000", 12);
  for (const auto& tick : ticks.ticks()) width = std::max(width, text_width(tick.label, 12));
  return width;
}

void draw_series(Svg& svg, const LineChart::Series& series, const char* colour,
                 const std::vector<Position>& places) {
  std::string points;
  for (const Position& place : places) points += point_text(place) + ' ';
  if (series.points.size() > 1) svg.polyline(points, {.colour = colour, .width = 2.2});
  for (const Position& place : places) svg.circle(place, 4, colour);
}

}  // namespace

void Figure::add(const LineChart& chart) {
  constexpr double plane_height = 300;
  const Values values = values_of(chart);
  const Ticks x{chart.x, values.x};
  const Ticks y{chart.y, values.y};
  Svg svg;
  draw_title(svg, chart.title);
  double top = chart_title_height + 6;
  if (chart.legend) top += draw_legend(svg, names_of(chart.series), chart_title_height);
  const Plane plane{.left = margin + 26 + widest(y),
                    .top = top,
                    .right = page_width - margin - 20,
                    .bottom = top + plane_height};
  draw_axis_below(svg, plane, x, chart.x.title);
  draw_axis_left(svg, plane, y, chart.y.title);
  svg.line({plane.left, plane.top}, {plane.left, plane.bottom}, {.colour = axis_colour});
  svg.line({plane.left, plane.bottom}, {plane.right, plane.bottom}, {.colour = axis_colour});
  if (chart.reference) {
    const double at = plane.y(y.position(chart.reference->value));
    svg.line({plane.left, at}, {plane.right, at},
             {.colour = reference_colour, .width = 1.5, .dashed = true});
    svg.text({plane.right - 4, at - 10}, chart.reference->label,
             {.anchor = Anchor::end, .size = 12, .colour = reference_colour});
  }
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    std::vector<Position> places;
    for (const auto& point : chart.series[i].points) {
      places.push_back({plane.x(x.position(point.x)), plane.y(y.position(point.y))});
    }
    draw_series(svg, chart.series[i], colour(i), places);
  }
  Svg placed;
  placed.begin_group({0, height_});
  placed.append(svg.content());
  placed.end_group();
  charts_ += placed.content();
  height_ += plane.bottom + axis_height + 16;
}

std::string Figure::svg() const {
  Svg svg;
  svg.text({margin, margin + 4}, title_, {.size = 19, .colour = "#111111", .bold = true});
  svg.begin_group({0, title_height + 12});
  svg.append(charts_);
  svg.end_group();
  return svg.document(page_width, title_height + 12 + height_);
}

}  // namespace sekimori::bench
