#pragma once

#include <cstdint>
#include <optional>

#include "common/address.hpp"
#include "common/outcomes.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/headers.hpp"
#include "dataplane/packet/tcp_options.hpp"

namespace sekimori {

/// What a frame turned out to carry.
enum class Kind : std::uint8_t {
  not_ip,    ///< an EtherType other than IPv4 and IPv6
  unparsed,  ///< IP whose transport header lies beyond what is read
  fragment,  ///< a first or later fragment
  tcp,
  udp,
  icmp,   ///< ICMP over IPv4 or ICMPv6 over IPv6
  other,  ///< another transport protocol
};

/// The headers of one frame, in host byte order. Offsets count from the start of the frame.
struct Headers {
  Kind kind = Kind::not_ip;
  /// The first rule that the frame breaks. With `addressed` set, the addresses below are still
  /// right.
  std::optional<DropReason> fault;
  bool addressed = false;
  std::uint8_t protocol = 0;
  std::uint16_t ethertype = 0;
  std::uint16_t ip_offset = 0;
  std::uint16_t transport_offset = 0;
  std::uint32_t ip_end = 0;  ///< where the IP packet ends; Ethernet padding lies behind it
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  bool checksum_completed = false;  ///< a partial checksum was there and is now whole
  Address source;
  Address destination;

  // For Kind::tcp only.
  std::uint8_t tcp_flags = 0;
  std::uint16_t window = 0;
  std::uint16_t payload_offset = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  TcpOptions options;

  [[nodiscard]] std::uint32_t payload_length() const { return ip_end - payload_offset; }
  [[nodiscard]] bool has(std::uint8_t flags) const { return (tcp_flags & flags) == flags; }
};

/// IPv6 extension headers and the TCP header must end within this many bytes of the frame to be
/// read; what does not is `unparsed`. The kernels in hardware see the same window.
inline constexpr std::size_t parse_window = 192;
inline constexpr unsigned max_vlan_tags = 2;
inline constexpr unsigned max_ipv6_extensions = 4;

/// Reads and checks the headers of a frame, and verifies its checksums unless the port has done so.
/// Where the port allows partial checksums, one is completed in place.
void parse(const Frame& frame, Headers& headers);

[[nodiscard]] inline Headers parse(const Frame& frame) {
  Headers headers;
  parse(frame, headers);
  return headers;
}

}  // namespace sekimori
