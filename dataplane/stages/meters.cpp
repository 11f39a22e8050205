#include "dataplane/stages/meters.hpp"

namespace sekimori {
namespace {

void meter_from_outside(const Burst& burst, std::uint64_t run, ObjectMeters& meters) {
  const auto count = [&meters](std::size_t c, std::uint64_t packets, std::uint64_t bytes) {
    add(meters.packets[c], packets);
    add(meters.bytes[c], bytes);
  };
  std::uint64_t all_bytes = 0;
  for (std::size_t c = 0; c < traffic_class_count; ++c) {
    const std::uint64_t of_class = run & burst.classes[c];
    if (of_class == 0) continue;
    const std::uint64_t bytes = burst.bytes_of(of_class);
    count(c, Burst::size_of(of_class), bytes);
    all_bytes += bytes;
  }
  count(static_cast<std::size_t>(TrafficClass::total), Burst::size_of(run), all_bytes);
}

}  // namespace

void meter(Burst& burst, StageContext& context) {
  const auto meters_of = [&context](std::uint32_t object) -> ObjectMeters& {
    return context.state.meters[context.policy.object_slot(object)];
  };
  if (burst.from == Side::inside) {
    burst.for_each_run(burst.open, [&](std::uint32_t object, std::uint64_t run) {
      ObjectMeters& meters = meters_of(object);
      add(meters.from_inside_packets, Burst::size_of(run));
      add(meters.from_inside_bytes, burst.bytes_of(run));
    });
    return;
  }
  burst.for_each_run(burst.open, [&](std::uint32_t object, std::uint64_t run) {
    meter_from_outside(burst, run, meters_of(object));
  });
}

}  // namespace sekimori
