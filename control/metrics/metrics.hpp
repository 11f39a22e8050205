#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/stats_segment.hpp"
#include "control/model/defence.hpp"
#include "control/model/delivery.hpp"
#include "control/model/incident.hpp"

namespace sekimori {

class ObjectSeries;

/// How many objects have series of their own: the abnormal ones, then the busiest since the last
/// scrape. All others are summed as object="other".
inline constexpr std::size_t default_metrics_objects = 100;

/// What the metrics are made of. Times are Unix milliseconds.
struct MetricsInput {
  std::string version;  ///< of sekimori-control
  std::uint64_t now_ms = 0;
  std::uint64_t started_ms = 0;  ///< of sekimori-control

  /// Of the dataplane; no value when none runs.
  std::optional<StatsSnapshot> dataplane;
  bool dataplane_up = false;  ///< it lives and answers
  std::uint64_t measures_in_force = 0;

  std::uint64_t policy_version = 0;  ///< in the history of the store
  std::string policy_id;             ///< the digest's first digits
  std::uint64_t policy_objects = 0;
  std::uint64_t policy_tenants = 0;

  /// Names of objects that are abnormal now.
  std::vector<std::string> abnormal_objects;

  struct IncidentCount {
    IncidentKind kind{};
    std::uint64_t opened = 0;  ///< since the start of sekimori-control, as first recorded
    std::uint64_t open = 0;    ///< now
  };
  std::vector<IncidentCount> incidents;

  struct ActionCount {
    Step step{};
    ActionState state{};
    std::uint64_t entered = 0;  ///< since the start: how often an action came into the state
    std::uint64_t current = 0;  ///< actions of open incidents in the state now
  };
  std::vector<ActionCount> actions;

  std::array<NoticeCounts, channel_count> notices{};
  std::uint64_t notices_refused = 0;
  std::uint64_t notices_duplicate = 0;

  std::uint64_t detection_passes = 0;
  double detection_seconds_sum = 0;   ///< of all passes
  double detection_seconds_last = 0;  ///< of the last
};

/// Writes metrics in the text format of Prometheus, version 0.0.4; docs/METRICS.md describes each.
/// It remembers the meters of all objects, to know the busiest and so that the series
/// object="other" never goes back when an object gets series of its own. Any thread may call.
class Metrics {
 public:
  explicit Metrics(std::size_t max_objects = default_metrics_objects);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics();

  [[nodiscard]] std::string text(const MetricsInput& input);

 private:
  std::mutex mutex_;
  std::unique_ptr<ObjectSeries> objects_;
};

}  // namespace sekimori
