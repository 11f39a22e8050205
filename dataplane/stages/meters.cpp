#include "dataplane/stages/meters.hpp"

#include <bit>

namespace sekimori {
namespace {

/// The class of the first packet of a set.
TrafficClass traffic_class_of(const Burst& burst, std::uint64_t set) {
  const auto first = static_cast<std::size_t>(std::countr_zero(set));
  return burst.is_plain(first) ? TrafficClass::tcp : traffic_class(burst.headers(first).kind);
}

void meter_received(const Burst& burst, std::uint64_t run, std::uint64_t run_bytes,
                    ObjectMeters& meters) {
  const auto count = [&](TrafficClass c, std::uint64_t set, std::uint64_t bytes) {
    add(meters.of(c).packets, size_of(set));
    add(meters.of(c).bytes, bytes);
  };
  count(TrafficClass::total, run, run_bytes);
  // Nearly all runs are of one class.
  const TrafficClass first = traffic_class_of(burst, run);
  if ((run & ~burst.of_class(first)) == 0) return count(first, run, run_bytes);
  for (std::size_t c = 0; c < traffic_class_count; ++c) {
    const std::uint64_t of_class = run & burst.classes[c];
    if (of_class != 0) count(static_cast<TrafficClass>(c), of_class, burst.bytes_of(of_class));
  }
}

void meter_verdicts(const Burst& burst, std::uint64_t run, std::uint64_t run_bytes,
                    ObjectMeters& meters) {
  const auto count = [&](Verdict verdict, std::uint64_t& packets, std::uint64_t& bytes) {
    const std::uint64_t set = run & burst.with_verdict(verdict);
    if (set == 0) return;
    add(packets, size_of(set));
    add(bytes, set == run ? run_bytes : burst.bytes_of(set));
  };
  count(Verdict::drop, meters.dropped_packets, meters.dropped_bytes);
  count(Verdict::forward, meters.passed_packets, meters.passed_bytes);
}

void meter_requests(const Burst& burst, std::uint64_t run, ObjectMeters& meters) {
  const auto count = [&](std::uint64_t set, std::uint64_t& cell) {
    if ((run & set) != 0) add(cell, size_of(run & set));
  };
  count(burst.syns, meters.syn_received);
  count(burst.answered, meters.syn_ack_sent);
  if ((run & (burst.resets | burst.finishes | burst.dns_queries)) == 0) return;
  count(burst.resets, meters.rst_received);
  count(burst.finishes, meters.fin_received);
  count(burst.dns_queries, meters.dns_queries);
}

}  // namespace

void meter(Burst& burst, StageContext& context) {
  burst.for_each_run(burst.metered, [&](std::uint32_t object, std::uint64_t run) {
    ObjectMeters& meters = context.state.meters[context.policy.object_slot(object)];
    const std::uint64_t bytes = burst.bytes_of(run);
    if (burst.from == Side::inside) {
      add(meters.from_inside_packets, size_of(run));
      add(meters.from_inside_bytes, bytes);
      return;
    }
    meter_received(burst, run, bytes, meters);
    meter_requests(burst, run, meters);
    meter_verdicts(burst, run, bytes, meters);
  });
}

}  // namespace sekimori
