#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/evidence.hpp"
#include "common/stats_segment.hpp"

namespace sekimori {

/// What stands for the slot of what belongs to no object of the policy.
inline constexpr std::uint32_t no_policy_object = std::numeric_limits<std::uint32_t>::max();

/// All that one look at a dataplane's statistics shows, with the objects in the policy's order.
struct DataplaneView {
  bool alive = false;
  std::string problem;  ///< why there is nothing to see; empty while alive
  StatsSnapshot snapshot;
  /// One for each object of the policy; all 0 for one that the dataplane does not know yet.
  std::vector<ObjectMeters> objects;
  /// Those taken since the look before. `object_slot` is the object's place in the policy, or
  /// `no_policy_object`; the same holds for `sources`.
  std::vector<PacketSample> samples;
  std::vector<SourceLoad> sources;
  std::uint64_t lost_packets = 0;  ///< that the box itself lost since its start
};

/// Looks at the statistics of one dataplane, and finds the next one of the same name when it was
/// restarted.
class Statistics {
 public:
  explicit Statistics(std::string instance) : instance_(std::move(instance)) {}

  /// The names of the policy's objects, in order.
  void set_objects(std::span<const std::string> names);
  /// Valid until the next call.
  const DataplaneView& look();

 private:
  bool open();
  void map_slots();
  void translate();
  [[nodiscard]] std::uint32_t object_of(std::uint32_t slot) const;

  std::string instance_;
  std::optional<StatsReader> reader_;
  SampleCursor cursor_;
  std::unordered_map<std::string, std::uint32_t> objects_;
  std::vector<std::uint32_t> object_of_slot_;
  DataplaneView view_;
};

}  // namespace sekimori
