#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "control/metrics/metrics.hpp"
#include "control/model/incident.hpp"

namespace sekimori {

/// Counts incidents and actions for the metrics, from their records as they change.
class IncidentCounts {
 public:
  void note(const Incident& incident);
  void fill(MetricsInput& input) const;

 private:
  struct Open {
    IncidentKind kind{};
    std::map<std::uint64_t, std::pair<Step, ActionState>> actions;
  };
  using ByState = std::array<std::uint64_t, action_state_names.size()>;

  std::map<std::uint64_t, Open> open_;
  std::array<std::uint64_t, incident_kind_texts.size()> opened_{};
  std::array<ByState, step_count> entered_{};
};

}  // namespace sekimori
