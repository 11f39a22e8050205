#pragma once

#include <string>

namespace sekimori::bench {

/// With that many digits behind the point, and commas between thousands.
[[nodiscard]] std::string fixed(double value, int digits);

/// A measured value with about three digits that mean something: 0.123, 4.56, 78.9, 1,234.
[[nodiscard]] std::string measure_text(double value);

}  // namespace sekimori::bench
