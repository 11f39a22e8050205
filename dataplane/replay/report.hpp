#pragma once

#include <string>
#include <vector>

#include "common/stats_json.hpp"
#include "dataplane/replay/replay.hpp"

namespace sekimori {

/// The names that the policy gives to its objects, with what the replay saw of each.
[[nodiscard]] std::vector<StatsSnapshot::Object> replay_objects(const PolicyTables& policy,
                                                                const Replay& replay);

/// {"policy", "packets_in", "packets_in_outside", "packets_in_inside", "packets_cut",
/// "to_outside_packets", "to_inside_packets", "started", "duration_s"}, then the keys of
/// `outcomes_json`, then "objects".
[[nodiscard]] Json replay_json(const PolicyTables& policy, const Replay& replay);

/// The same for people: what became of the packets, why any were dropped, what was counted.
[[nodiscard]] std::string replay_text(const PolicyTables& policy, const Replay& replay);

/// Every packet that was read has exactly one verdict and every drop exactly one reason. Says which
/// sum is wrong; empty when all is well.
[[nodiscard]] std::string replay_imbalance(const Replay& replay);

}  // namespace sekimori
