#include "bench/report/ticks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "bench/report/numbers.hpp"

namespace sekimori::bench {

namespace {

constexpr double most_ticks = 9;

/// The smallest of 1, 2 and 5 times a power of ten that is not below.
double round_step(double step) {
  const double decade = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade >= step * (1 - 1e-9)) return factor * decade;
  }
  return 10 * decade;
}

/// `base` to that power.
std::string power_text(const char* base, int exponent) {
  constexpr std::array digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = base;
  if (exponent < 0) text += "⁻";
  for (const char digit : std::to_string(std::abs(exponent))) {
    text += digits.at(static_cast<std::size_t>(digit - '0'));
  }
  return text;
}

}  // namespace

Ticks::Ticks(const Axis& axis, const std::vector<double>& values) : scale_(axis.scale) {
  const bool logarithmic = axis.scale != Scale::linear;
  const auto unfit = [logarithmic](double value) {
    return !std::isfinite(value) || (logarithmic && value <= 0);
  };
  if (values.empty() || std::ranges::any_of(values, unfit)) {
    throw std::invalid_argument{"no values for the axis '" + axis.title + "', or unfit ones"};
  }
  const auto [low, high] = std::ranges::minmax(values);
  if (axis.scale == Scale::linear) linear(axis.from_zero ? std::min(low, 0.0) : low, high);
  if (axis.scale == Scale::log10) log10(low, high);
  if (axis.scale == Scale::log2) log2(low, high);
}

double Ticks::position(double value) const {
  const auto scaled = [this](double v) { return scale_ == Scale::linear ? v : std::log(v); };
  const double first = scaled(ticks_.front().value);
  return (scaled(value) - first) / (scaled(ticks_.back().value) - first);
}

void Ticks::linear(double low, double high) {
  // One value alone gets an axis from 0 to it.
  if (low == high) (low > 0 ? low : high) = 0;
  if (low == high) high = 1;
  const double step = round_step((high - low) / most_ticks);
  const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  const double first = std::floor(low / step + 1e-9);
  const double last = std::ceil(high / step - 1e-9);
  for (double i = first; i <= last; ++i) {
    ticks_.push_back({.value = i * step, .label = fixed(i * step, digits)});
  }
}

void Ticks::log10(double low, double high) {
  const int first = static_cast<int>(std::floor(std::log10(low) + 1e-9));
  const int last = std::max(first + 1, static_cast<int>(std::ceil(std::log10(high) - 1e-9)));
  // With few decades there is room between them, and need for more to read by.
  const bool sparse = last - first <= 2;
  for (int exponent = first; exponent <= last; ++exponent) {
    const double decade = std::pow(10, exponent);
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && (!sparse || exponent == last)) continue;
      const double value = factor * decade;
      ticks_.push_back({.value = value,
                        .label = exponent > 6   ? power_text("10", exponent)
                                 : exponent < 0 ? fixed(value, -exponent)
                                                : fixed(value, 0)});
    }
  }
}

void Ticks::log2(double low, double high) {
  const int first = static_cast<int>(std::floor(std::log2(low) + 1e-9));
  const int last = std::max(first + 1, static_cast<int>(std::ceil(std::log2(high) - 1e-9)));
  const int step = static_cast<int>(std::ceil((last - first) / most_ticks));
  for (int exponent = first; exponent < last + step; exponent += step) {
    ticks_.push_back({.value = std::pow(2, exponent), .label = power_text("2", exponent)});
  }
}

}  // namespace sekimori::bench
