#pragma once

#include "bench/pipeline/testpmd.hpp"
#include "bench/traffic/packet_stream.hpp"

namespace sekimori::bench {

class TemporaryStreamFile;

/// What our workers are measured beside, ready to be measured again and again.
struct References {
  References(const PacketStream& stream, bool huge_pages);
  /// The file may go when this is made.
  References(const TemporaryStreamFile& file, bool huge_pages);

  Testpmd io;       ///< our packet source, packets sent back as they are
  Testpmd macswap;  ///< the same with their MAC addresses exchanged
  Testpmd null;     ///< DPDK's own in-memory ports, packets without content
};

}  // namespace sekimori::bench
