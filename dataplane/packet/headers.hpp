#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/bytes.hpp"

namespace sekimori {

// Header layouts as they lie in a packet. All members have alignment 1, so a header may start
// anywhere.

using MacAddress = std::array<std::uint8_t, 6>;

namespace ethertype {
inline constexpr std::uint16_t ipv4 = 0x0800;
inline constexpr std::uint16_t arp = 0x0806;
inline constexpr std::uint16_t vlan = 0x8100;  ///< IEEE 802.1Q customer tag
inline constexpr std::uint16_t ipv6 = 0x86dd;
inline constexpr std::uint16_t qinq = 0x88a8;  ///< IEEE 802.1ad service tag
inline constexpr std::uint16_t lldp = 0x88cc;
}  // namespace ethertype

namespace protocol {
inline constexpr std::uint8_t hop_by_hop = 0;
inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t routing = 43;
inline constexpr std::uint8_t fragment = 44;
inline constexpr std::uint8_t icmpv6 = 58;
inline constexpr std::uint8_t no_next_header = 59;
inline constexpr std::uint8_t destination_options = 60;
}  // namespace protocol

/// Of packets that we make ourselves.
inline constexpr std::uint8_t own_hop_limit = 64;

struct EthernetHeader {
  MacAddress destination;
  MacAddress source;
  be16 type;
};
static_assert(sizeof(EthernetHeader) == 14);

struct VlanTag {
  be16 control;
  be16 type;
};
static_assert(sizeof(VlanTag) == 4);

struct Ipv4Header {
  std::uint8_t version_ihl;
  std::uint8_t tos;
  be16 total_length;
  be16 id;
  be16 fragment;  ///< flags in the upper three bits, offset in units of 8 bytes below
  std::uint8_t ttl;
  std::uint8_t protocol;
  be16 checksum;
  be32 source;
  be32 destination;

  static constexpr std::uint16_t dont_fragment = 0x4000;
  static constexpr std::uint16_t more_fragments = 0x2000;
  static constexpr std::uint16_t offset_mask = 0x1fff;
};
static_assert(sizeof(Ipv4Header) == 20);

struct Ipv6Header {
  be32 version_class_flow;
  be16 payload_length;
  std::uint8_t next_header;
  std::uint8_t hop_limit;
  std::array<std::uint8_t, 16> source;
  std::array<std::uint8_t, 16> destination;
};
static_assert(sizeof(Ipv6Header) == 40);

struct Ipv6FragmentHeader {
  std::uint8_t next_header;
  std::uint8_t reserved;
  be16 offset_flags;  ///< offset in units of 8 bytes in the upper 13 bits
  be32 id;

  static constexpr std::uint16_t more_fragments = 0x0001;
  static constexpr std::uint16_t offset_mask = 0xfff8;
};
static_assert(sizeof(Ipv6FragmentHeader) == 8);

namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t urg = 0x20;
inline constexpr std::uint8_t ece = 0x40;
inline constexpr std::uint8_t cwr = 0x80;
}  // namespace tcp_flag

/// A bit for each value of FIN, SYN, RST, PSH, ACK and URG that a stack sends.
inline constexpr std::uint64_t valid_tcp_flags = [] {
  using namespace tcp_flag;
  std::uint64_t valid = 0;
  for (unsigned flags = 0; flags < 64; ++flags) {
    const unsigned kind = flags & (fin | syn | rst | ack);
    const bool is_valid = kind == (syn | ack) || kind == ack || kind == (fin | ack) ||
                          kind == rst || kind == (rst | ack) || (kind == syn && (flags & urg) == 0);
    valid |= std::uint64_t{is_valid} << flags;
  }
  return valid;
}();

struct TcpHeader {
  be16 source_port;
  be16 destination_port;
  be32 sequence;
  be32 acknowledgement;
  std::uint8_t data_offset;  ///< header length in 32-bit words in the upper four bits
  std::uint8_t flags;
  be16 window;
  be16 checksum;
  be16 urgent_pointer;
};
static_assert(sizeof(TcpHeader) == 20);
inline constexpr std::size_t max_tcp_header = 60;

struct UdpHeader {
  be16 source_port;
  be16 destination_port;
  be16 length;
  be16 checksum;
};
static_assert(sizeof(UdpHeader) == 8);

struct IcmpHeader {
  std::uint8_t type;
  std::uint8_t code;
  be16 checksum;
  be32 rest;
};
static_assert(sizeof(IcmpHeader) == 8);

/// A header that overlays bytes at `at`. The caller has checked that all of it lies in the packet.
template <typename Header>
[[nodiscard]] inline Header& header_at(std::uint8_t* at) {
  static_assert(alignof(Header) == 1);
  return *reinterpret_cast<Header*>(at);
}
template <typename Header>
[[nodiscard]] inline const Header& header_at(const std::uint8_t* at) {
  static_assert(alignof(Header) == 1);
  return *reinterpret_cast<const Header*>(at);
}

}  // namespace sekimori
