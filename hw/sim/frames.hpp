#pragma once

#include <cstdint>
#include <vector>

#include "common/address.hpp"
#include "hw/sim/random.hpp"

namespace sekimori {

using Bytes = std::vector<std::uint8_t>;

/// An IPv6 extension header: its protocol number and its bytes, of which the first is filled in
/// when the frame is put together.
struct Extension {
  std::uint8_t protocol = 0;
  Bytes bytes{};
};

/// A TCP segment for a test; its checksum is filled in.
struct TestSegment {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 0;
  Bytes options{};  ///< a multiple of four bytes
  std::uint32_t payload = 0;

  [[nodiscard]] Bytes bytes(Random& random) const;
};

/// An IP packet in Ethernet before it is put together.
struct Packet {
  unsigned vlan_tags = 0;
  Address source{};
  Address destination{};
  Bytes ip_options{};  ///< of IPv4, a multiple of four bytes
  std::vector<Extension> extensions{};
  std::uint8_t protocol = 0;
  Bytes segment{};             ///< transport header and payload
  std::uint16_t fragment = 0;  ///< flags and offset of IPv4
  std::uint8_t hop_limit = 64;
  std::uint32_t padding = 0;  ///< bytes behind the packet

  /// The frame, with lengths and checksums that are right.
  [[nodiscard]] Bytes frame(Random& random) const;
};

/// A list of TCP options as stacks send them, or, `broken` times in 16, as they do not.
[[nodiscard]] Bytes random_tcp_options(Random& random, unsigned broken);

/// A source address that a packet from outside may have.
[[nodiscard]] Address random_source(Random& random, bool ipv6);

/// A packet of any kind that the parser knows, from `source` to `destination`; most are right.
[[nodiscard]] Packet random_packet(Random& random, const Address& source,
                                   const Address& destination);

/// Damages a frame: changed bytes, wrong lengths, a cut, bytes too many.
void damage(Random& random, Bytes& frame);

/// The longest frame that the kernels are given.
inline constexpr std::size_t max_frame = 9018;

}  // namespace sekimori
