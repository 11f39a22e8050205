#include "dataplane/stages/meters.hpp"

namespace sekimori {

TrafficClass traffic_class(Kind kind) {
  switch (kind) {
    case Kind::tcp:
      return TrafficClass::tcp;
    case Kind::udp:
      return TrafficClass::udp;
    case Kind::icmp:
      return TrafficClass::icmp;
    case Kind::fragment:
      return TrafficClass::fragment;
    case Kind::not_ip:
    case Kind::unparsed:
    case Kind::other:
      break;
  }
  return TrafficClass::other;
}

void meter(Burst& burst, StageContext& context) {
  burst.for_each_open([&](std::size_t i) {
    ObjectMeters& meters = context.state.meters[context.policy.object_slot(burst.object[i])];
    const std::uint64_t length = burst.frames[i].length;
    if (burst.from == Side::inside) {
      add(meters.from_inside_packets, 1);
      add(meters.from_inside_bytes, length);
      return;
    }
    for (const TrafficClass c : {TrafficClass::total, traffic_class(burst.headers[i].kind)}) {
      add(meters.packets[static_cast<std::size_t>(c)], 1);
      add(meters.bytes[static_cast<std::size_t>(c)], length);
    }
  });
}

}  // namespace sekimori
