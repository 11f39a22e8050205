#pragma once

#include <string>
#include <vector>

#include "bench/report/plot.hpp"

namespace sekimori::bench {

/// An axis that is ready to draw: where values lie on it, and which of them are written beside it.
class Ticks {
 public:
  struct Tick {
    double value = 0;
    std::string label;
  };

  /// Covers the values; they are positive and finite where the scale is logarithmic. Throws
  /// std::invalid_argument if they are not, or if there are none.
  Ticks(const Axis& axis, const std::vector<double>& values);

  /// 0 at the beginning of the axis, 1 at its end.
  [[nodiscard]] double position(double value) const;
  [[nodiscard]] const std::vector<Tick>& ticks() const { return ticks_; }

 private:
  void linear(double low, double high);
  void log10(double low, double high);
  void log2(double low, double high);

  Scale scale_;
  std::vector<Tick> ticks_;
};

}  // namespace sekimori::bench
