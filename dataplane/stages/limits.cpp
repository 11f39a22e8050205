#include "dataplane/stages/limits.hpp"

#include <optional>

namespace sekimori {
namespace {

constexpr std::array<DropReason, traffic_class_count> limit_reasons{
    DropReason::limit_total, DropReason::limit_tcp,      DropReason::limit_udp,
    DropReason::limit_icmp,  DropReason::limit_fragment, DropReason::limit_other};

/// The reason to drop packet `i` of the object, if its limits leave no room for it.
std::optional<DropReason> exceeded(const Burst& burst, const StageContext& context,
                                   const ProtectedObject& object, std::size_t i) {
  ObjectLimits& limits = context.state.limits[object.slot];
  const std::uint32_t workers = context.state.worker_count;
  const std::uint64_t bits = std::uint64_t{burst.frames[i].length} * 8;
  const std::uint64_t now_ns = context.now.monotonic_ns;
  for (const TrafficClass c : {traffic_class(burst.headers(i).kind), TrafficClass::total}) {
    const LimitRecord& rate = object.record.limit(c);
    ObjectLimits::Class& bucket = limits.classes[static_cast<std::size_t>(c)];
    if (!bucket.packets.admit(now_ns, rate.packets_per_s, workers) ||
        !bucket.bits.admit(now_ns, rate.bits_per_s, bits * workers)) {
      return limit_reasons[static_cast<std::size_t>(c)];
    }
  }
  return std::nullopt;
}

}  // namespace

void apply_limits(Burst& burst, StageContext& context) {
  if (burst.from == Side::inside) return;
  burst.for_each_run(burst.open & ~burst.trusted, [&](std::uint32_t index, std::uint64_t run) {
    const ProtectedObject& object = context.policy.protected_object(index);
    if (!object.limited) return;
    for_each_packet(run, [&](std::size_t i) {
      if (const auto reason = exceeded(burst, context, object, i)) burst.drop(i, *reason);
    });
  });
}

}  // namespace sekimori
