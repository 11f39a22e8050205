#include "bench/report/plot.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "bench/report/ticks.hpp"

namespace sekimori::bench {
namespace {

std::vector<std::string> labels(const Ticks& ticks) {
  std::vector<std::string> texts;
  for (const auto& tick : ticks.ticks()) texts.push_back(tick.label);
  return texts;
}

using Labels = std::vector<std::string>;

TEST(Ticks, linear_ones_are_round_and_cover_the_values) {
  EXPECT_EQ(labels({{.title = ""}, {3, 41}}),
            (Labels{"0", "5", "10", "15", "20", "25", "30", "35", "40", "45"}));
  EXPECT_EQ(labels({{.title = ""}, {0.1, 0.4}}),
            (Labels{"0.10", "0.15", "0.20", "0.25", "0.30", "0.35", "0.40"}));
  EXPECT_EQ(labels({{.title = "", .from_zero = true}, {1500, 2000}}),
            (Labels{"0", "500", "1,000", "1,500", "2,000"}));
}

TEST(Ticks, of_one_value_still_span_something) {
  EXPECT_EQ(labels({{.title = ""}, {7}}).front(), "0");
  EXPECT_EQ(labels({{.title = ""}, {0}}).back(), "1.0");
  EXPECT_EQ(labels({{.title = "", .scale = Scale::log10}, {10}}),
            (Labels{"10", "20", "50", "100"}));
}

TEST(Ticks, logarithmic_ones_are_powers) {
  EXPECT_EQ(labels({{.title = "", .scale = Scale::log10}, {10, 100000}}),
            (Labels{"10", "100", "1,000", "10,000", "100,000"}));
  EXPECT_EQ(labels({{.title = "", .scale = Scale::log2}, {1024, 16777216}}),
            (Labels{"2¹⁰", "2¹²", "2¹⁴", "2¹⁶", "2¹⁸", "2²⁰", "2²²", "2²⁴"}));
  EXPECT_DOUBLE_EQ(Ticks({.title = "", .scale = Scale::log10}, {10, 1000}).position(100), 0.5);
}

TEST(Ticks, refuse_what_no_axis_has_a_place_for) {
  EXPECT_THROW(Ticks({.title = ""}, {}), std::invalid_argument);
  EXPECT_THROW(Ticks({.title = "", .scale = Scale::log10}, {0, 1}), std::invalid_argument);
  EXPECT_THROW(Ticks({.title = ""}, {std::numeric_limits<double>::infinity()}),
               std::invalid_argument);
}

TEST(Figure, has_every_name_with_markup_escaped) {
  Figure figure{"A & B"};
  figure.add(BarChart{.title = "bars",
                      .axis = "ns < 5",
                      .series = {"one", "two"},
                      .groups = {{"group", {1, std::numeric_limits<double>::quiet_NaN()}}},
                      .reference = {{2, "limit"}}});
  figure.add(LineChart{.title = "lines",
                       .x = {.title = "size"},
                       .y = {.title = "cost"},
                       .series = {{"only", {{1, 1}, {2, 4}}}}});
  const std::string svg = figure.svg();
  for (const char* text : {"A &amp; B", "ns &lt; 5", ">one<", ">two<", ">group<", ">limit<",
                           ">not measured<", ">size<", ">cost<", "<polyline"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Figure, names_series_once_where_the_next_chart_has_the_same) {
  LineChart chart{.title = "",
                  .x = {.title = "size"},
                  .y = {.title = "cost"},
                  .series = {{"one", {{1, 1}, {2, 4}}}, {"two", {{1, 2}, {2, 3}}}}};
  Figure figure{""};
  figure.add(chart);
  chart.legend = false;
  figure.add(chart);
  const std::string svg = figure.svg();
  EXPECT_NE(svg.find(">two<"), std::string::npos);
  EXPECT_EQ(svg.find(">two<"), svg.rfind(">two<"));
}

TEST(Figure, refuses_a_group_that_lacks_a_series) {
  Figure figure{""};
  EXPECT_THROW(figure.add(BarChart{
                   .title = "", .axis = "", .series = {"one", "two"}, .groups = {{"group", {1}}}}),
               std::invalid_argument);
}

}  // namespace
}  // namespace sekimori::bench
