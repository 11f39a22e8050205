#include "dataplane/stages/limits.hpp"

namespace sekimori {
namespace {

constexpr std::array<DropReason, traffic_class_count> limit_reasons{
    DropReason::limit_total, DropReason::limit_tcp,      DropReason::limit_udp,
    DropReason::limit_icmp,  DropReason::limit_fragment, DropReason::limit_other};

}  // namespace

void apply_limits(Burst& burst, StageContext& context) {
  if (burst.from == Side::inside) return;
  WorkerState& state = context.state;
  burst.for_each_open([&](std::size_t i) {
    const ProtectedObject& object = context.policy.protected_object(burst.object[i]);
    if (!object.limited || burst.is_trusted(i)) return;
    ObjectLimits& limits = state.limits[object.slot];
    const std::uint64_t bits = std::uint64_t{burst.frames[i].length} * 8;
    const std::uint64_t now_ns = context.now.monotonic_ns;
    for (const TrafficClass c : {traffic_class(burst.headers(i).kind), TrafficClass::total}) {
      const LimitRecord& rate = object.record.limit(c);
      ObjectLimits::Class& bucket = limits.classes[static_cast<std::size_t>(c)];
      if (!bucket.packets.admit(now_ns, rate.packets_per_s, state.worker_count) ||
          !bucket.bits.admit(now_ns, rate.bits_per_s, bits * state.worker_count)) {
        return burst.drop(i, limit_reasons[static_cast<std::size_t>(c)]);
      }
    }
  });
}

}  // namespace sekimori
