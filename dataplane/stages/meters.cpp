#include "dataplane/stages/meters.hpp"

#include <bit>

namespace sekimori {
namespace {

/// The class of the first packet of a set.
TrafficClass traffic_class_of(const Burst& burst, std::uint64_t set) {
  const auto first = static_cast<std::size_t>(std::countr_zero(set));
  return burst.is_plain(first) ? TrafficClass::tcp : traffic_class(burst.headers(first).kind);
}

void meter_from_outside(const Burst& burst, std::uint64_t run, ObjectMeters& meters) {
  const auto count = [&](TrafficClass c, std::uint64_t set, std::uint64_t bytes) {
    add(meters.of(c).packets, Burst::size_of(set));
    add(meters.of(c).bytes, bytes);
  };
  const std::uint64_t bytes = burst.bytes_of(run);
  count(TrafficClass::total, run, bytes);
  // Nearly all runs are of one class.
  const TrafficClass first = traffic_class_of(burst, run);
  if ((run & ~burst.of_class(first)) == 0) return count(first, run, bytes);
  for (std::size_t c = 0; c < traffic_class_count; ++c) {
    const std::uint64_t of_class = run & burst.classes[c];
    if (of_class != 0) count(static_cast<TrafficClass>(c), of_class, burst.bytes_of(of_class));
  }
}

}  // namespace

void meter(Burst& burst, StageContext& context) {
  burst.for_each_run(burst.metered, [&](std::uint32_t object, std::uint64_t run) {
    ObjectMeters& meters = context.state.meters[context.policy.object_slot(object)];
    if (burst.from == Side::inside) {
      add(meters.from_inside_packets, Burst::size_of(run));
      add(meters.from_inside_bytes, burst.bytes_of(run));
      return;
    }
    meter_from_outside(burst, run, meters);
    const auto count = [&](std::uint64_t& cell, std::uint64_t set) {
      if ((run & set) != 0) add(cell, Burst::size_of(run & set));
    };
    count(meters.syn_received, burst.syns);
    count(meters.syn_ack_sent, burst.answered);
    count(meters.dropped_packets, burst.with_verdict(Verdict::drop));
    const std::uint64_t dropped = run & burst.with_verdict(Verdict::drop);
    if (dropped != 0) add(meters.dropped_bytes, burst.bytes_of(dropped));
  });
}

}  // namespace sekimori
