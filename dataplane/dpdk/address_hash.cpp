#include "dataplane/dpdk/address_hash.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "common/bytes.hpp"
#include "dataplane/packet/card_marks.hpp"
#include "dataplane/packet/headers.hpp"

namespace sekimori {

namespace {

using Bytes = std::span<const std::uint8_t>;

/// The two halves of a 64 by 64 bit product, added without carry: the step of wyhash.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// `a` and `b` are keyed already, so a sender cannot choose what they become.
std::uint64_t unordered(std::uint64_t a, std::uint64_t b, const SipKey& key) {
  return mix(std::min(a, b) ^ key.k0, std::max(a, b) ^ key.k1);
}

std::uint64_t pair_hash(const Ipv4Header& ip, const SipKey& key) {
  const auto keyed = [&key](be32 address) { return mix(address.host() ^ key.k0, key.k1); };
  return unordered(keyed(ip.source), keyed(ip.destination), key);
}

std::uint64_t pair_hash(const Ipv6Header& ip, const SipKey& key) {
  const auto keyed = [&key](const std::array<std::uint8_t, 16>& address) {
    return mix(load<std::uint64_t>(address.data()) ^ key.k0,
               load<std::uint64_t>(address.data() + 8) ^ key.k1);
  };
  return unordered(keyed(ip.source), keyed(ip.destination), key);
}

/// Destination unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792).
bool is_icmp_error(std::uint8_t type) {
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/// RFC 4443, section 2.1: error messages have a zero in the high-order bit.
bool is_icmpv6_error(std::uint8_t type) {
  return type < 128;
}

/// The quoted packet of an ICMP error, or nothing.
Bytes quoted_packet(Bytes ip, std::size_t header_length, bool (*is_error)(std::uint8_t)) {
  if (ip.size() < header_length + sizeof(IcmpHeader)) return {};
  if (!is_error(header_at<IcmpHeader>(ip.data() + header_length).type)) return {};
  return ip.subspan(header_length + sizeof(IcmpHeader));
}

std::uint64_t ipv4_hash(Bytes packet, const SipKey& key) {
  const auto& ip = header_at<Ipv4Header>(packet.data());
  const bool later_fragment = (ip.fragment.host() & Ipv4Header::offset_mask) != 0;
  if (ip.protocol == protocol::icmp && !later_fragment) {
    const std::size_t header_length = std::size_t{4} * (ip.version_ihl & 0x0fU);
    const Bytes quoted = quoted_packet(packet, header_length, is_icmp_error);
    if (quoted.size() >= sizeof(Ipv4Header)) {
      return pair_hash(header_at<Ipv4Header>(quoted.data()), key);
    }
  }
  return pair_hash(ip, key);
}

std::uint64_t ipv6_hash(Bytes packet, const SipKey& key) {
  const auto& ip = header_at<Ipv6Header>(packet.data());
  if (ip.next_header == protocol::icmpv6) {
    const Bytes quoted = quoted_packet(packet, sizeof(Ipv6Header), is_icmpv6_error);
    if (quoted.size() >= sizeof(Ipv6Header)) {
      return pair_hash(header_at<Ipv6Header>(quoted.data()), key);
    }
  }
  return pair_hash(ip, key);
}

}  // namespace

std::optional<std::uint64_t> address_hash(Bytes frame, const SipKey& key) {
  if (has_metadata(frame) && frame.size() > metadata::bytes) frame = frame.subspan(metadata::bytes);
  if (frame.size() < sizeof(EthernetHeader)) return std::nullopt;
  std::uint16_t type = header_at<EthernetHeader>(frame.data()).type.host();
  Bytes rest = frame.subspan(sizeof(EthernetHeader));
  for (int tags = 0; tags < 2 && (type == ethertype::vlan || type == ethertype::qinq); ++tags) {
    if (rest.size() < sizeof(VlanTag)) return std::nullopt;
    type = header_at<VlanTag>(rest.data()).type.host();
    rest = rest.subspan(sizeof(VlanTag));
  }
  if (type == ethertype::ipv4 && rest.size() >= sizeof(Ipv4Header)) return ipv4_hash(rest, key);
  if (type == ethertype::ipv6 && rest.size() >= sizeof(Ipv6Header)) return ipv6_hash(rest, key);
  return std::nullopt;
}

}  // namespace sekimori
