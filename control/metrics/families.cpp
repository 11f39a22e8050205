#include "control/metrics/families.hpp"

namespace sekimori {

MetricFamily::MetricFamily(std::string name, std::string help, prometheus::MetricType type) {
  family_.name = "sekimori_" + std::move(name);
  family_.help = std::move(help);
  family_.type = type;
}

MetricFamily& MetricFamily::add(double value, Labels labels) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  for (const auto& [name, text] : labels) metric.label.push_back({name, text});
  if (family_.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return *this;
}

MetricFamily& MetricFamily::add_summary(double sum, std::uint64_t count) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  metric.summary.sample_sum = sum;
  metric.summary.sample_count = count;
  return *this;
}

}  // namespace sekimori
