#include "control/detect/counters.hpp"

#include <algorithm>

namespace sekimori {

CounterRow counters_of(const ObjectMeters& meters) {
  const auto received = [&](TrafficClass c) { return meters.of(c).packets; };
  CounterRow row;
  row[Count::packets] = received(TrafficClass::total);
  row[Count::bytes] = meters.of(TrafficClass::total).bytes;
  row[Count::tcp] = received(TrafficClass::tcp);
  row[Count::udp] = received(TrafficClass::udp);
  row[Count::icmp] = received(TrafficClass::icmp);
  row[Count::fragments] = received(TrafficClass::fragment);
  row[Count::other] = received(TrafficClass::other);
  row[Count::syn] = meters.syn_received;
  row[Count::rst] = meters.rst_received;
  row[Count::fin] = meters.fin_received;
  row[Count::dns_queries] = meters.dns_queries;
  row[Count::cookie_valid] = meters.cookie_valid;
  row[Count::new_sources] = meters.new_sources;
  row[Count::syn_ack_sent] = meters.syn_ack_sent;
  row[Count::dropped_packets] = meters.dropped_packets;
  row[Count::passed_packets] = meters.passed_packets;
  row[Count::passed_bytes] = meters.passed_bytes;
  row[Count::established] = meters.connections_established;
  row[Count::inside_packets] = meters.from_inside_packets;
  row[Count::inside_bytes] = meters.from_inside_bytes;
  return row;
}

PerVector<double> offered_rates(const RateRow& rates) {
  const auto rate = [&](Count c) { return static_cast<double>(rates[c]); };
  PerVector<double> offered;
  offered[Vector::packets] = rate(Count::packets);
  offered[Vector::bits] = 8 * rate(Count::bytes);
  offered[Vector::syn] = rate(Count::syn);
  // The two counters are read a moment apart.
  offered[Vector::tcp_flags] = std::max(0.0, rate(Count::tcp) - rate(Count::syn));
  offered[Vector::udp] = rate(Count::udp);
  offered[Vector::icmp] = rate(Count::icmp);
  offered[Vector::fragments] = rate(Count::fragments);
  offered[Vector::dns_queries] = rate(Count::dns_queries);
  offered[Vector::other] = rate(Count::other);
  offered[Vector::new_connections] = rate(Count::cookie_valid);
  offered[Vector::new_sources] = rate(Count::new_sources);
  return offered;
}

}  // namespace sekimori
