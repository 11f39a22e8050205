#pragma once

#include <cstdint>

#include "bench/pipeline/rig.hpp"
#include "common/address.hpp"

namespace sekimori::bench {

/// What a spoofed packet of a flood looks like.
struct Flood {
  Family family = Family::ipv4;
  std::uint8_t flags = 0;
  bool options = false;  ///< MSS, window scale, SACK and timestamps, as Linux sends them
};

/// Fills the rig's stream with packets from random sources and ports.
void add_flood(Rig& rig, const Flood& flood, std::size_t packets);

/// Establishes that many connections through the rig's pipeline, each with its handshakes on both
/// sides, and fills the stream with one acknowledgement of the client for each, in random order.
void add_established(Rig& rig, std::size_t connections);

/// The destination of all packets.
[[nodiscard]] Address server(Family family);

}  // namespace sekimori::bench
