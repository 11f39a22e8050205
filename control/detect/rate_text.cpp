#include "control/detect/rate_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace sekimori {
namespace {

std::string printed(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string bits_text(double bits) {
  constexpr std::array units{"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
  std::size_t unit = 0;
  while (bits >= 1'000 && unit + 1 < units.size()) {
    bits /= 1'000;
    ++unit;
  }
  return printed(bits < 10 ? "%.2f " : bits < 100 ? "%.1f " : "%.0f ", bits) + units[unit];
}

}  // namespace

std::string count_text(double count) {
  // What is shown are rates and numbers of packets; beyond this a double holds no units anyway.
  constexpr double most = 1e15;
  const double whole = std::round(std::min(std::max(count, 0.0), most));
  const std::string digits = std::to_string(static_cast<std::uint64_t>(whole));
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(digits[i]);
  }
  return grouped;
}

std::string rate_text(Vector vector, double rate) {
  switch (vector) {
    case Vector::bits:
      return bits_text(rate);
    case Vector::new_connections:
      return count_text(rate) + " connections/s";
    case Vector::new_sources:
      return count_text(rate) + " new sources/s";
    default:
      return count_text(rate) + " packets/s";
  }
}

std::string percent_text(double share) {
  const double percent = share * 100;
  return printed(percent < 9.95 && percent > 0 ? "%.1f %%" : "%.0f %%", percent);
}

}  // namespace sekimori
