#pragma once

#include <rte_mbuf.h>

#include <cstdint>
#include <span>
#include <vector>

#include "common/bytes.hpp"

namespace sekimori::bench {

/// TCP packets without end: one frame, and what differs from it in each packet. Turning a buffer
/// into the next packet is a copy of the frame and a few stores, read from memory in order, so that
/// the source costs little beside what is measured.
class PacketStream {
 public:
  /// All frames have the length and the headers of the first; they differ in 32 bits of the source
  /// address (all of IPv4, the lower half of the /64 of IPv6), the source port, sequence and
  /// acknowledgement numbers and checksums.
  void add(std::span<const std::uint8_t> frame);
  /// Brings the packets into an order that has nothing to do with that in which they were added.
  void shuffle();

  /// Makes each buffer the next packet, beginning again after the last.
  void fill(std::span<rte_mbuf*> packets);

  [[nodiscard]] std::size_t size() const { return variations_.size(); }

 private:
  struct Variation {
    be32 source;
    be32 sequence;
    be32 acknowledgement;
    be16 source_port;
    be16 tcp_checksum;
    be16 ip_checksum;
  };

  std::vector<std::uint8_t> frame_;
  std::size_t source_offset_ = 0;
  std::size_t ip_checksum_offset_ = 0;  ///< 0 in IPv6, which has none
  std::size_t tcp_offset_ = 0;
  std::vector<Variation> variations_;
  std::size_t next_ = 0;
};

}  // namespace sekimori::bench
