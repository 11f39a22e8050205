#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/traffic/packet_stream.hpp"
#include "bench/traffic/pipeline_bed.hpp"
#include "common/address.hpp"

namespace sekimori::bench {

/// What a spoofed packet of a flood looks like.
struct Flood {
  Family family = Family::ipv4;
  std::uint8_t flags = 0;
  bool options = false;       ///< MSS, window scale, SACK and timestamps, as Linux sends them
  std::uint32_t objects = 0;  ///< spread over that many protected addresses; 0: at the server
};

/// Adds packets, at most 2^24, each from a source of its own and a random port, in random order of
/// the sources and the destinations.
void add_flood(PacketStream& stream, const Flood& flood, std::size_t packets);

/// Establishes connections, at most 2^24, through the bed's pipeline, each with its handshakes on
/// both sides, and adds `packets_each` acknowledgements of the client for each. Throws
/// std::runtime_error unless all come about.
void add_established(PacketStream& stream, PipelineBed& bed, const PolicyTables& policy,
                     const Now& now, std::size_t connections, std::size_t packets_each = 1);

}  // namespace sekimori::bench
