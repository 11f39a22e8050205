#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/address.hpp"
#include "common/policy_image.hpp"
#include "control/model/defence.hpp"
#include "control/model/placed.hpp"
#include "control/model/tenant.hpp"

namespace sekimori {

// The policy as people write it, read and checked but not yet laid out for the dataplane. What the
// fields mean, their ranges and their defaults stand in control/model/*_keys.cpp, which fill them.

using PlacedPrefix = Placed<Prefix>;

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  friend bool operator==(const PortRange&, const PortRange&) = default;
};

struct BoxPolicy {
  Action unprotected{};
  Action unknown_ethertype{};
  std::vector<PlacedPrefix> allow;
  std::vector<PlacedPrefix> block;
  /// Where operators and the machines of the site's own management are: never blocked.
  std::vector<PlacedPrefix> management;
  std::uint32_t reply_limit_pps = 0;
};

struct AuthenticationPolicy {
  std::uint32_t lifetime_s = 0;
  Placed<std::uint32_t> retransmit_min_ms;
  Placed<std::uint32_t> retransmit_max_ms;
};

struct TimeoutPolicy {
  std::uint32_t established_s = 0;
  std::uint32_t half_closed_s = 0;
  std::uint32_t closed_s = 0;
  std::uint32_t server_syn_ms = 0;
  std::uint32_t server_syn_retries = 0;
};

struct TablePolicy {
  std::uint32_t flows = 0;
  std::uint32_t handshakes = 0;
  std::uint32_t hold_segments = 0;
  std::uint16_t hold_segments_per_flow = 0;
  std::uint32_t sources = 0;
  std::uint32_t backends = 0;
  Placed<std::uint32_t> objects;
};

/// What a server is taken to offer until its own SYN-ACK has been seen.
struct ServerPolicy {
  std::uint16_t mss_ipv4 = 0;
  std::uint16_t mss_ipv6 = 0;
  std::uint8_t window_scale = 0;
  bool sack = false;
  bool timestamps = false;
  std::uint16_t syn_ack_window = 0;
};

struct LimitPolicy {
  std::uint64_t packets_per_s = 0;
  std::uint64_t bits_per_s = 0;
};

struct ServicePolicy {
  Placed<PortRange> ports;
  SynMode syn{};
};

struct ObjectPolicy {
  Place place;
  Placed<std::string> name;
  std::vector<PlacedPrefix> prefixes;
  std::vector<PlacedPrefix> allow;
  std::vector<PlacedPrefix> block;
  SynMode syn{};
  Action fragments{};
  Action unparsed{};
  UnknownAckReply unknown_ack{};
  std::uint32_t new_connections_per_s = 0;
  ServerPolicy server;
  std::array<LimitPolicy, traffic_class_count> limits{};
  std::vector<ServicePolicy> services;
  Placed<std::string> tenant;  ///< empty: nobody's
  CapacityPolicy capacity;
  ThresholdPolicy threshold;
  LadderPolicy ladder;
};

struct Policy {
  BoxPolicy box;
  AuthenticationPolicy authentication;
  TimeoutPolicy timeouts;
  TablePolicy tables;
  DetectionPolicy detection;
  NotifyPolicy notify;
  std::vector<TenantPolicy> tenants;
  std::vector<ObjectPolicy> objects;
};

}  // namespace sekimori
