#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/clock.hpp"
#include "common/stats_segment.hpp"

namespace sekimori {

// How statistics look in JSON, the same in `sekictl stats --json` and `sekimori-replay --json`.
// Keys are the names of common/outcomes.hpp, in their order; those that are 0 appear as well, so
// that a reader need not ask whether a key is there.

/// Keeps the order in which keys were added.
using Json = nlohmann::ordered_json;

/// {"packets": {"received", "transmit_lost"}, "verdicts": {..}, "drops": {..}, "counters": {..}}
[[nodiscard]] Json outcomes_json(const WorkerStats& stats);

/// {"name", "packets": {by traffic class}, "bytes": {by traffic class}, "dropped_packets", ..}
[[nodiscard]] Json object_json(const StatsSnapshot::Object& object);

/// What a snapshot does not know about itself.
struct SnapshotContext {
  std::string instance;
  bool writer_alive = false;
  Now read_at;
};

/// {"instance", "pid", "alive", "started", "heartbeat_age_s", "policy": {"generation", "id"},
/// "links": {"outside", "inside"}, "card" (the name of a `CardState`), "card_policy"
/// (the id of the policy by which it answers, or null), "management":
/// {"heartbeat_age_s" (null when control has never called), "measures_revision",
/// "measures_in_force", "cookie_keys_own"}}, then the keys of `outcomes_json` for all workers
/// together, then "workers" and "objects".
[[nodiscard]] Json snapshot_json(const StatsSnapshot& snapshot, const SnapshotContext& context);

/// A policy's identifier as logs and statistics write it: 16 hexadecimal digits.
[[nodiscard]] std::string policy_id_text(std::uint64_t policy_id);

/// RFC 3339 in UTC, to the second.
[[nodiscard]] std::string utc_text(std::uint64_t unix_ns);

/// How long ago `then_ns` was; a clock that was set back makes it 0.
[[nodiscard]] double age_s(std::uint64_t now_ns, std::uint64_t then_ns);

}  // namespace sekimori
