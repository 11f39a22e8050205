#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "common/address.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/headers.hpp"
#include "dataplane/packet/parse.hpp"

namespace sekimori {

/// The Ethernet header and VLAN tags of a frame, kept to address a packet of our own.
struct LinkHeader {
  static constexpr std::size_t capacity = sizeof(EthernetHeader) + max_vlan_tags * sizeof(VlanTag);

  std::array<std::uint8_t, capacity> bytes{};
  std::uint8_t length = 0;

  static LinkHeader copy_of(const Frame& frame, const Headers& headers);
  /// The same tags with the MAC addresses exchanged: the way back.
  [[nodiscard]] LinkHeader reversed() const;
};

/// A TCP segment without payload that we send ourselves.
struct Segment {
  Address source;
  Address destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint16_t window = 0;
  std::uint8_t flags = 0;
  // Options; absent ones keep their defaults.
  std::uint16_t mss = 0;
  std::uint8_t window_scale = no_window_scale;
  bool sack_permitted = false;
  bool timestamps = false;
  std::uint32_t timestamp_value = 0;
  std::uint32_t timestamp_echo = 0;
};

/// What a written segment takes at most: link header, IPv6 header and TCP with every option above.
inline constexpr std::size_t max_segment_frame =
    LinkHeader::capacity + sizeof(Ipv6Header) + sizeof(TcpHeader) + 4 + 4 + 12;
static_assert(max_segment_frame <= reply_capacity);

/// Writes the segment with link, IP and TCP headers, hop limit 64 and whole checksums. `out` has
/// room for `max_segment_frame` bytes. Returns the length written.
std::size_t write_segment(std::span<std::uint8_t> out, const LinkHeader& link,
                          const Segment& segment);

/// The RST that a stack sends for a segment it has no connection for (RFC 9293, section 3.10.7.1),
/// as the answer to `headers`.
[[nodiscard]] Segment reset_for(const Headers& headers);

/// Replaces the frame by `segment`, sent back to where it came from, and sets the frame's length.
/// The frame has `max_segment_frame` bytes of capacity.
void reply_in_place(Frame& frame, const Headers& headers, const Segment& segment);

/// Replaces the frame by `segment`, sent on in the frame's direction; otherwise as
/// `reply_in_place`.
void replace_in_place(Frame& frame, const Headers& headers, const Segment& segment);

}  // namespace sekimori
