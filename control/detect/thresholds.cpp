#include "control/detect/thresholds.hpp"

#include <cmath>

namespace sekimori {

double level_factor(ProtectionLevel level) {
  switch (level) {
    case ProtectionLevel::low:
      return 2;
    case ProtectionLevel::high:
      return 0.5;
    case ProtectionLevel::medium:
      break;
  }
  return 1;
}

std::vector<PerVector<Threshold>> resolve_thresholds(
    const Policy& policy, std::span<const PerVector<std::uint64_t>> learned) {
  std::vector<PerVector<Threshold>> resolved(policy.objects.size());
  for (std::size_t i = 0; i < resolved.size(); ++i) {
    const ObjectPolicy& object = policy.objects[i];
    const double factor = level_factor(object.ladder.level);
    for (const Vector v : all_vectors()) {
      const std::uint64_t own = object.threshold[v];
      const std::uint64_t from_history = i < learned.size() ? learned[i][v] : 0;
      const std::uint64_t rate = own != 0 ? own : from_history;
      resolved[i][v] = {.rate = static_cast<double>(rate) * factor,
                        .learned = own == 0 && from_history != 0};
    }
  }
  return resolved;
}

double DerivedThreshold::rate() const {
  return usual_ + std::sqrt(squared_peaks_);
}

}  // namespace sekimori
