#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "common/address.hpp"

namespace sekimori {

/// What a sampled packet is, by what it asks of a server.
enum class PacketClass : std::uint8_t { syn, ack, rst, fin, udp, icmp, fragment, other };
inline constexpr std::size_t packet_class_count = 8;

/// The headers of a sampled frame, as far as they were captured. Control judges by them and never
/// acts on single packets, so checksums and options are not looked at.
struct PacketView {
  bool is_ip = false;
  bool is_tcp = false;
  PacketClass kind = PacketClass::other;
  Address source;
  Address destination;
  std::uint8_t protocol = 0;   ///< IANA number, behind IPv6's extension headers
  std::uint8_t hop_limit = 0;  ///< TTL
  bool has_ports = false;      ///< not in later fragments
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint8_t tcp_flags = 0;
  std::uint8_t icmp_type = 0;
};

/// Reads Ethernet, VLAN tags, IPv4 or IPv6, and TCP, UDP or ICMP. Never reads behind the span; what
/// is cut off or malformed is left out.
[[nodiscard]] PacketView read_packet(std::span<const std::uint8_t> frame);

/// "TCP SYN", "UDP", "ICMP type 8", "UDP fragment", "protocol 47".
[[nodiscard]] std::string class_text(const PacketView& packet);

/// "198.51.100.7:1025 > 192.0.2.10:80 TCP SYN, 60 bytes".
[[nodiscard]] std::string summary_text(const PacketView& packet, std::uint32_t wire_bytes);

/// Lower case, two digits a byte.
[[nodiscard]] std::string hex_text(std::span<const std::uint8_t> bytes);

}  // namespace sekimori
