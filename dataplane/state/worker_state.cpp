#include "dataplane/state/worker_state.hpp"

#include <cstring>

namespace sekimori {
namespace {

/// What the keys of the tables are derived for.
enum TableKey : std::uint64_t {
  source_table = 1,
  backend_table,
  reply_sketch,
  syn_memory,
  sampler,
  source_loads
};

}  // namespace

WorkerState::WorkerState(const GlobalRecord& capacities, std::uint32_t workers,
                         const MasterSecret& secret, const CookieKeys& keys,
                         WorkerStats& worker_stats, std::span<ObjectMeters> object_meters,
                         WorkerEvidence& evidence)
    : flow_key(secret.flow_key()),
      syn_key(secret.table_key(TableKey::syn_memory)),
      worker_count(workers),
      cookie_keys(keys),
      stats(worker_stats),
      meters(object_meters),
      flows(capacities.flow_capacity),
      handshakes(capacities.handshake_capacity),
      held(capacities.hold_capacity),
      sources(capacities.source_capacity, secret.table_key(TableKey::source_table)),
      backends(capacities.backend_capacity, secret.table_key(TableKey::backend_table)),
      replies(secret.table_key(TableKey::reply_sketch)),
      sampler(secret.table_key(TableKey::sampler), evidence),
      source_loads(secret.table_key(TableKey::source_loads), evidence),
      limits(object_meters.size()) {}

void WorkerState::remove_flow(std::uint32_t index) {
  const Flow& flow = flows[index];
  if (flow.handshake != Flow::no_handshake) {
    stats.count(Counter::hold_discarded, handshakes[flow.handshake].held);
    end_handshake(flow.handshake);
  }
  flows.erase(flow.key.hash(flow_key), index);
  stats.count(Counter::flow_removed);
}

void WorkerState::end_handshake(std::uint32_t index) {
  Handshake& handshake = handshakes[index];
  for (std::uint32_t i = handshake.first_held; handshake.held > 0; --handshake.held) {
    const std::uint32_t next = held[i].next;
    held.give_back(i);
    i = next;
  }
  flows[handshake.flow].handshake = Flow::no_handshake;
  handshake.flow = Handshake::none;
  handshakes.give_back(index);
}

bool WorkerState::hold(Handshake& handshake, std::span<const std::uint8_t> frame,
                       std::uint16_t limit) {
  if (handshake.held >= limit || frame.size() > HeldSegment::capacity) return false;
  const std::uint32_t index = held.take();
  if (index == Pool<HeldSegment>::none) return false;
  HeldSegment& copy = held[index];
  copy.length = static_cast<std::uint32_t>(frame.size());
  std::memcpy(copy.bytes.data(), frame.data(), frame.size());
  if (handshake.held == 0) {
    handshake.first_held = index;
  } else {
    held[handshake.last_held].next = index;
  }
  handshake.last_held = index;
  ++handshake.held;
  return true;
}

}  // namespace sekimori
