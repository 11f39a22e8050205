#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace sekimori {

using Labels = std::initializer_list<std::pair<const char*, std::string>>;

/// One metric with its series, as it is being filled. Names and units follow the conventions of
/// Prometheus: base units, `_total` behind what only grows.
class MetricFamily {
 public:
  static MetricFamily counter(std::string name, std::string help) {
    return MetricFamily{std::move(name), std::move(help), prometheus::MetricType::Counter};
  }
  static MetricFamily gauge(std::string name, std::string help) {
    return MetricFamily{std::move(name), std::move(help), prometheus::MetricType::Gauge};
  }
  /// Of a sum and a count, without quantiles.
  static MetricFamily summary(std::string name, std::string help) {
    return MetricFamily{std::move(name), std::move(help), prometheus::MetricType::Summary};
  }

  MetricFamily& add(double value, Labels labels = {});
  MetricFamily& add(std::uint64_t value, Labels labels = {}) {
    return add(static_cast<double>(value), labels);
  }
  MetricFamily& add_summary(double sum, std::uint64_t count);

  [[nodiscard]] const prometheus::MetricFamily& get() const { return family_; }

 private:
  MetricFamily(std::string name, std::string help, prometheus::MetricType type);

  prometheus::MetricFamily family_;
};

using Families = std::vector<prometheus::MetricFamily>;

}  // namespace sekimori
