#include "control/diagnose/packet_view.hpp"

#include <string_view>

#include "common/bytes.hpp"

namespace sekimori {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint8_t protocol_icmpv6 = 58;

constexpr std::uint8_t flag_fin = 0x01;
constexpr std::uint8_t flag_syn = 0x02;
constexpr std::uint8_t flag_rst = 0x04;
constexpr std::uint8_t flag_ack = 0x10;

std::uint16_t word(Bytes bytes, std::size_t at) {
  return load<be16>(bytes.data() + at).host();
}

/// Cuts `count` bytes off the front; false, and nothing is left, if there are fewer.
bool skip(Bytes& bytes, std::size_t count) {
  const bool enough = bytes.size() >= count;
  bytes = enough ? bytes.subspan(count) : Bytes{};
  return enough;
}

/// The EtherType behind at most two VLAN tags (IEEE 802.1Q, 802.1ad), and the bytes behind it.
std::uint16_t read_ethernet(Bytes& bytes) {
  constexpr std::size_t mac_bytes = 12;
  if (bytes.size() < mac_bytes + 2) return 0;
  std::uint16_t type = word(bytes, mac_bytes);
  skip(bytes, mac_bytes + 2);
  for (int tags = 0; tags < 2 && (type == 0x8100 || type == 0x88a8); ++tags) {
    if (bytes.size() < 4) return 0;
    type = word(bytes, 2);
    skip(bytes, 4);
  }
  return type;
}

PacketClass class_of_tcp(std::uint8_t flags) {
  if ((flags & flag_rst) != 0) return PacketClass::rst;
  if ((flags & flag_syn) != 0 && (flags & flag_ack) == 0) return PacketClass::syn;
  if ((flags & flag_fin) != 0) return PacketClass::fin;
  return (flags & flag_ack) != 0 ? PacketClass::ack : PacketClass::other;
}

void read_transport(Bytes bytes, PacketView& packet) {
  packet.is_tcp = packet.protocol == protocol_tcp;
  const bool ports = packet.is_tcp || packet.protocol == protocol_udp;
  if (ports && bytes.size() >= 4) {
    packet.has_ports = true;
    packet.source_port = word(bytes, 0);
    packet.destination_port = word(bytes, 2);
  }
  constexpr std::size_t flags_at = 13;
  if (packet.is_tcp && bytes.size() > flags_at) {
    packet.tcp_flags = bytes[flags_at];
    packet.kind = class_of_tcp(packet.tcp_flags);
  } else if (packet.protocol == protocol_udp) {
    packet.kind = PacketClass::udp;
  } else if (packet.protocol == protocol_icmp || packet.protocol == protocol_icmpv6) {
    packet.kind = PacketClass::icmp;
    if (!bytes.empty()) packet.icmp_type = bytes[0];
  }
}

void read_ipv4(Bytes bytes, PacketView& packet) {
  constexpr std::size_t least_header = 20;
  if (bytes.size() < least_header || bytes[0] >> 4 != 4) return;
  packet.is_ip = true;
  packet.hop_limit = bytes[8];
  packet.protocol = bytes[9];
  packet.source = Address::from_ipv4(load<be32>(bytes.data() + 12));
  packet.destination = Address::from_ipv4(load<be32>(bytes.data() + 16));
  const std::uint16_t fragment = word(bytes, 6);
  const bool later = (fragment & 0x1fff) != 0;
  const std::size_t header = std::size_t{4} * (bytes[0] & 0x0f);
  if (!later && header >= least_header && skip(bytes, header)) read_transport(bytes, packet);
  if (later || (fragment & 0x2000) != 0) packet.kind = PacketClass::fragment;
}

void read_ipv6(Bytes bytes, PacketView& packet) {
  constexpr std::size_t header = 40;
  if (bytes.size() < header || bytes[0] >> 4 != 6) return;
  packet.is_ip = true;
  packet.hop_limit = bytes[7];
  packet.source = Address::from_ipv6(bytes.data() + 8);
  packet.destination = Address::from_ipv6(bytes.data() + 24);
  packet.protocol = bytes[6];
  skip(bytes, header);
  bool fragment = false;
  bool later = false;
  // RFC 8200, section 4: hop-by-hop, routing, fragment and destination options.
  for (int extensions = 0; extensions < 8 && bytes.size() >= 8; ++extensions) {
    if (packet.protocol == 44) {
      fragment = true;
      later = (word(bytes, 2) & 0xfff8) != 0;
      packet.protocol = bytes[0];
      skip(bytes, 8);
      if (later) break;
    } else if (packet.protocol == 0 || packet.protocol == 43 || packet.protocol == 60) {
      packet.protocol = bytes[0];
      skip(bytes, 8 + std::size_t{8} * bytes[1]);
    } else {
      break;
    }
  }
  if (!later) read_transport(bytes, packet);
  if (fragment) packet.kind = PacketClass::fragment;
}

std::string endpoint_text(const Address& address, bool has_port, std::uint16_t port) {
  const std::string text = address.to_string();
  if (!has_port) return text;
  return (address.is_ipv4() ? text : "[" + text + "]") + ":" + std::to_string(port);
}

std::string protocol_text(std::uint8_t protocol) {
  switch (protocol) {
    case protocol_tcp:
      return "TCP";
    case protocol_udp:
      return "UDP";
    case protocol_icmp:
      return "ICMP";
    case protocol_icmpv6:
      return "ICMPv6";
    default:
      return "protocol " + std::to_string(protocol);
  }
}

std::string flags_text(std::uint8_t flags) {
  struct Flag {
    std::uint8_t bit;
    std::string_view name;
  };
  constexpr std::array names{Flag{flag_syn, "SYN"}, Flag{flag_fin, "FIN"}, Flag{flag_rst, "RST"},
                             Flag{0x08, "PSH"},     Flag{flag_ack, "ACK"}, Flag{0x20, "URG"}};
  std::string text;
  for (const Flag& flag : names) {
    if ((flags & flag.bit) == 0) continue;
    if (!text.empty()) text += '-';
    text += flag.name;
  }
  return text.empty() ? "without flags" : text;
}

}  // namespace

PacketView read_packet(std::span<const std::uint8_t> frame) {
  PacketView packet;
  const std::uint16_t type = read_ethernet(frame);
  if (type == 0x0800) read_ipv4(frame, packet);
  if (type == 0x86dd) read_ipv6(frame, packet);
  return packet;
}

std::string class_text(const PacketView& packet) {
  if (!packet.is_ip) return "no IP";
  const std::string protocol = protocol_text(packet.protocol);
  if (packet.kind == PacketClass::fragment) return protocol + " fragment";
  if (packet.is_tcp) return protocol + " " + flags_text(packet.tcp_flags);
  if (packet.kind == PacketClass::icmp) {
    return protocol + " type " + std::to_string(packet.icmp_type);
  }
  return protocol;
}

std::string summary_text(const PacketView& packet, std::uint32_t wire_bytes) {
  const std::string end = class_text(packet) + ", " + std::to_string(wire_bytes) + " bytes";
  if (!packet.is_ip) return end;
  return endpoint_text(packet.source, packet.has_ports, packet.source_port) + " > " +
         endpoint_text(packet.destination, packet.has_ports, packet.destination_port) + " " + end;
}

std::string hex_text(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 0x0f]);
  }
  return text;
}

}  // namespace sekimori
