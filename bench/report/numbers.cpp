#include "bench/report/numbers.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace sekimori::bench {

std::string fixed(double value, int digits) {
  std::array<char, 400> buffer{};  // the largest double has 309 digits
  std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  std::string text = buffer.data();
  const std::size_t first = text.find_first_of("0123456789");
  if (first == std::string::npos) return text;  // infinite, or not a number
  std::size_t at = text.find('.') == std::string::npos ? text.size() : text.find('.');
  for (; at > first + 3; text.insert(at, 1, ',')) at -= 3;
  return text;
}

std::string measure_text(double value) {
  const double size = std::abs(value);
  if (value == std::floor(value)) return fixed(value, 0);
  return fixed(value, size < 1 ? 3 : size < 10 ? 2 : size < 1000 ? 1 : 0);
}

}  // namespace sekimori::bench
