#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "common/policy_image.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/packet/siphash_burst.hpp"
#include "dataplane/state/backend_table.hpp"
#include "dataplane/state/flow_table.hpp"
#include "dataplane/state/handshake_pool.hpp"
#include "dataplane/state/outbox.hpp"
#include "dataplane/state/rate_limit.hpp"
#include "dataplane/state/reply_limiter.hpp"
#include "dataplane/state/sampler.hpp"
#include "dataplane/state/source_loads.hpp"
#include "dataplane/state/source_table.hpp"
#include "dataplane/state/syn_memory.hpp"

namespace sekimori {

/// The buckets of one object in one worker. A rate holds over all workers, so each counts what it
/// sees as many times as there are workers.
struct ObjectLimits {
  struct Class {
    RateLimit packets;
    RateLimit bits;
  };
  std::array<Class, traffic_class_count> classes;
  RateLimit new_connections;
};

/// Everything that a worker changes while it handles packets. Owned by one worker; all of it is
/// allocated here and never grows.
struct WorkerState {
  WorkerState(const GlobalRecord& capacities, std::uint32_t worker_count,
              const MasterSecret& secret, const CookieKeys& cookie_keys, WorkerStats& worker_stats,
              std::span<ObjectMeters> object_meters, WorkerEvidence& evidence);

  /// Removes a connection with whatever it holds.
  void remove_flow(std::uint32_t index);
  /// Frees a handshake and discards what it holds, leaving the connection.
  void end_handshake(std::uint32_t index);
  /// Copies a segment to the end of a handshake's list. False when there is no room.
  bool hold(Handshake& handshake, std::span<const std::uint8_t> frame, std::uint16_t limit);

  SipHashBurst hashing;
  SipKey flow_key;
  SipKey syn_key;
  std::uint32_t worker_count;
  const CookieKeys& cookie_keys;
  WorkerStats& stats;
  std::span<ObjectMeters> meters;  ///< by object slot

  FlowTable flows;
  Pool<Handshake> handshakes;
  Pool<HeldSegment> held;
  SourceTable sources;
  BackendTable backends;
  ReplyLimiter replies;
  SynMemory syn_memory;
  Sampler sampler;
  SourceLoads source_loads;
  HugePageVector<ObjectLimits> limits;  ///< by object slot
  Outbox outbox;
  std::uint32_t handshake_cursor = 0;
};

}  // namespace sekimori
