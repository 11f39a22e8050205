#include "dataplane/packet/parse.hpp"

#include "dataplane/packet/checksum.hpp"

namespace sekimori {
namespace {

/// What is being read, and how far.
struct Reader {
  const Frame& frame;
  Headers& headers;

  [[nodiscard]] bool holds(std::size_t offset, std::size_t length) const {
    return offset + length <= headers.ip_end;
  }
  template <typename Header>
  [[nodiscard]] Header& at(std::size_t offset) const {
    return header_at<Header>(frame.data + offset);
  }
  void fault(DropReason reason) const {
    if (!headers.fault) headers.fault = reason;
  }
};

/// The Ethernet header and up to two VLAN tags. False when there is nothing further to read.
bool read_link(const Reader& r) {
  std::size_t offset = sizeof(EthernetHeader);
  if (r.frame.length < offset) {
    r.fault(DropReason::frame_truncated);
    return false;
  }
  std::uint16_t type = r.at<EthernetHeader>(0).type.host();
  for (unsigned tags = 0; type == ethertype::vlan || type == ethertype::qinq; ++tags) {
    if (tags == max_vlan_tags) break;
    if (r.frame.length < offset + sizeof(VlanTag)) {
      r.fault(DropReason::frame_truncated);
      return false;
    }
    type = r.at<VlanTag>(offset).type.host();
    offset += sizeof(VlanTag);
  }
  r.headers.ethertype = type;
  r.headers.ip_offset = static_cast<std::uint16_t>(offset);
  return type == ethertype::ipv4 || type == ethertype::ipv6;
}

/// Options that ask routers to send a packet elsewhere are refused (RFC 7126, section 4.3 and 4.4).
bool ipv4_options_valid(const std::uint8_t* option, const std::uint8_t* end) {
  constexpr std::uint8_t end_of_list = 0;
  constexpr std::uint8_t no_operation = 1;
  constexpr std::uint8_t loose_source_route = 131;
  constexpr std::uint8_t strict_source_route = 137;
  while (option < end) {
    if (*option == end_of_list) return true;
    if (*option == no_operation) {
      ++option;
      continue;
    }
    if (*option == loose_source_route || *option == strict_source_route) return false;
    if (end - option < 2 || option[1] < 2 || option[1] > end - option) return false;
    option += option[1];
  }
  return true;
}

bool ipv4_source_valid(std::uint32_t source) {
  return (source >> 24) != 0 && (source >> 24) != 127 && (source >> 24) < 224;
}

bool ipv6_source_valid(const Address& source) {
  const bool multicast = source.bytes()[0] == 0xff;
  const bool loopback_or_unspecified = source.high() == 0 && source.low() <= 1;
  return !multicast && !loopback_or_unspecified;
}

/// Checks a fragment's place (RFC 791; RFC 8200, section 4.5; RFC 1858 and RFC 3128 for tiny ones).
void check_fragment(const Reader& r, std::uint32_t offset, bool more) {
  const std::uint32_t length = r.headers.ip_end - r.headers.transport_offset;
  if (length == 0 || (more && length % 8 != 0) || offset + length > 65535) {
    return r.fault(DropReason::fragment_invalid);
  }
  const bool tcp = r.headers.protocol == protocol::tcp;
  if (tcp && ((offset == 0 && length < sizeof(TcpHeader)) || offset == 8)) {
    r.fault(DropReason::fragment_tiny);
  }
}

Kind transport_kind(std::uint8_t protocol_number, Family family) {
  switch (protocol_number) {
    case protocol::tcp:
      return Kind::tcp;
    case protocol::udp:
      return Kind::udp;
    case protocol::icmp:
      return family == Family::ipv4 ? Kind::icmp : Kind::other;
    case protocol::icmpv6:
      return family == Family::ipv6 ? Kind::icmp : Kind::other;
    default:
      return Kind::other;
  }
}

/// False when there is no transport header to read.
bool read_ipv4(const Reader& r) {
  Headers& h = r.headers;
  if (r.frame.length < h.ip_offset + sizeof(Ipv4Header)) {
    r.fault(DropReason::ip_truncated);
    return false;
  }
  const auto& ip = r.at<Ipv4Header>(h.ip_offset);
  const std::size_t header_length = (ip.version_ihl & 0x0fU) * 4;
  const std::size_t total_length = ip.total_length.host();
  if (ip.version_ihl >> 4 != 4 || header_length < sizeof(Ipv4Header) ||
      total_length < header_length) {
    r.fault(DropReason::ip_header_invalid);
    return false;
  }
  h.source = Address::from_ipv4(ip.source);
  h.destination = Address::from_ipv4(ip.destination);
  h.addressed = true;
  h.protocol = ip.protocol;
  h.kind = transport_kind(ip.protocol, Family::ipv4);
  if (r.frame.length < h.ip_offset + total_length) {
    r.fault(DropReason::ip_truncated);
    return false;
  }
  h.ip_end = static_cast<std::uint32_t>(h.ip_offset + total_length);
  h.transport_offset = static_cast<std::uint16_t>(h.ip_offset + header_length);

  const std::uint8_t* start = r.frame.data + h.ip_offset;
  const std::uint8_t* options = start + sizeof(Ipv4Header);
  std::uint64_t sum = checksum_sum_of<sizeof(Ipv4Header)>(start);
  if (header_length > sizeof(Ipv4Header)) {
    sum += checksum_sum(options, header_length - sizeof(Ipv4Header));
  }
  if (checksum_fold(sum) != 0xffff) {
    r.fault(DropReason::ip_checksum);
  } else if (header_length > sizeof(Ipv4Header) &&
             !ipv4_options_valid(options, start + header_length)) {
    r.fault(DropReason::ip_options_invalid);
  } else if (!ipv4_source_valid(ip.source.host())) {
    r.fault(DropReason::ip_source_invalid);
  }

  const std::uint16_t fragment = ip.fragment.host();
  const bool more = (fragment & Ipv4Header::more_fragments) != 0;
  const std::uint32_t offset = (fragment & Ipv4Header::offset_mask) * 8U;
  if (more || offset != 0) {
    h.kind = Kind::fragment;
    check_fragment(r, offset, more);
    return false;
  }
  return true;
}

/// Steps over extension headers up to the transport header. False when there is none to read.
bool read_ipv6_extensions(const Reader& r, std::uint8_t next) {
  Headers& h = r.headers;
  const auto invalid = [&] {
    r.fault(DropReason::ipv6_extension_invalid);
    return false;
  };
  std::size_t offset = h.ip_offset + sizeof(Ipv6Header);
  for (unsigned count = 0;; ++count) {
    h.transport_offset = static_cast<std::uint16_t>(offset);
    h.protocol = next;
    const bool extension = next == protocol::hop_by_hop || next == protocol::routing ||
                           next == protocol::fragment || next == protocol::destination_options;
    if (!extension) return true;
    if (count == max_ipv6_extensions || offset + 8 > parse_window) {
      h.kind = Kind::unparsed;
      return false;
    }
    if (!r.holds(offset, 8)) return invalid();
    const std::uint8_t* header = r.frame.data + offset;
    if (next == protocol::fragment) {
      const auto& fragment = r.at<Ipv6FragmentHeader>(offset);
      const std::uint16_t field = fragment.offset_flags.host();
      const std::uint32_t place = field & Ipv6FragmentHeader::offset_mask;
      const bool more = (field & Ipv6FragmentHeader::more_fragments) != 0;
      next = h.protocol = fragment.next_header;
      offset += sizeof(Ipv6FragmentHeader);
      h.transport_offset = static_cast<std::uint16_t>(offset);
      // A fragment header on a whole packet is legal and changes nothing (RFC 6946).
      if (more || place != 0) {
        h.kind = Kind::fragment;
        check_fragment(r, place, more);
        return false;
      }
      continue;
    }
    // Hop-by-hop options come first or not at all (RFC 8200, section 4.1); a routing header with
    // segments left would send the packet elsewhere (RFC 5095 for type 0).
    if (next == protocol::hop_by_hop && count != 0) return invalid();
    if (next == protocol::routing && header[3] != 0) return invalid();
    const std::size_t length = (header[1] + std::size_t{1}) * 8;
    if (!r.holds(offset, length)) return invalid();
    next = header[0];
    offset += length;
  }
}

/// False when there is no transport header to read.
bool read_ipv6(const Reader& r) {
  Headers& h = r.headers;
  if (r.frame.length < h.ip_offset + sizeof(Ipv6Header)) {
    r.fault(DropReason::ip_truncated);
    return false;
  }
  const auto& ip = r.at<Ipv6Header>(h.ip_offset);
  h.source = Address::from_ipv6(ip.source.data());
  h.destination = Address::from_ipv6(ip.destination.data());
  // A mapped address on the wire would pass for an IPv4 one (RFC 4942, section 2.2).
  if (ip.version_class_flow.host() >> 28 != 6 || h.source.is_ipv4() || h.destination.is_ipv4()) {
    r.fault(DropReason::ip_header_invalid);
    return false;
  }
  h.addressed = true;
  h.kind = Kind::other;
  const std::size_t end = h.ip_offset + sizeof(Ipv6Header) + ip.payload_length.host();
  if (r.frame.length < end) {
    r.fault(DropReason::ip_truncated);
    return false;
  }
  h.ip_end = static_cast<std::uint32_t>(end);
  if (!ipv6_source_valid(h.source)) r.fault(DropReason::ip_source_invalid);
  if (!read_ipv6_extensions(r, ip.next_header)) return false;
  h.kind = transport_kind(h.protocol, Family::ipv6);
  return true;
}

/// Verifies a checksum that covers the pseudo-header, or completes a partial one, which is what the
/// kernel's stack leaves to offload: the folded pseudo-header sum, not complemented.
bool verify_checksum(const Reader& r, be16& field) {
  Headers& h = r.headers;
  if (r.frame.checksum == ChecksumHint::good) return true;
  const std::uint32_t length = h.ip_end - h.transport_offset;
  const std::uint64_t pseudo = pseudo_header_sum(h.source, h.destination, h.protocol, length);
  const std::uint64_t segment = checksum_sum(r.frame.data + h.transport_offset, length);
  if (checksum_fold(pseudo + segment) == 0xffff) return true;
  if (r.frame.checksum != ChecksumHint::allow_partial || field.raw() != checksum_fold(pseudo)) {
    return false;
  }
  // The field holds the pseudo-header's sum already, so the segment's sum is the whole.
  field = checksum_field(segment);
  if (h.kind == Kind::udp && field.raw() == 0) field = be16{0xffff};
  h.checksum_completed = true;
  return true;
}

bool tcp_flags_valid(std::uint8_t flags) {
  return (valid_tcp_flags >> (flags & 0x3f) & 1) != 0;
}

/// Whether a transport header of `length` bytes leaves the window, which makes the packet unparsed.
bool leaves_window(const Reader& r, std::size_t length) {
  if (r.headers.transport_offset + length <= parse_window) return false;
  r.headers.kind = Kind::unparsed;
  return true;
}

void read_tcp(const Reader& r) {
  Headers& h = r.headers;
  if (!r.holds(h.transport_offset, sizeof(TcpHeader))) {
    return r.fault(DropReason::tcp_header_invalid);
  }
  if (leaves_window(r, sizeof(TcpHeader))) return;
  auto& tcp = r.at<TcpHeader>(h.transport_offset);
  const std::size_t header_length = (tcp.data_offset >> 4) * std::size_t{4};
  if (header_length < sizeof(TcpHeader) || !r.holds(h.transport_offset, header_length)) {
    return r.fault(DropReason::tcp_header_invalid);
  }
  if (leaves_window(r, header_length)) return;
  h.source_port = tcp.source_port.host();
  h.destination_port = tcp.destination_port.host();
  h.sequence = tcp.sequence.host();
  h.acknowledgement = tcp.acknowledgement.host();
  h.tcp_flags = tcp.flags;
  h.window = tcp.window.host();
  h.payload_offset = static_cast<std::uint16_t>(h.transport_offset + header_length);
  if (!verify_checksum(r, tcp.checksum)) return r.fault(DropReason::tcp_checksum);
  if (h.source_port == 0 || h.destination_port == 0) return r.fault(DropReason::tcp_port_zero);
  if (!tcp_flags_valid(tcp.flags)) return r.fault(DropReason::tcp_flags_invalid);
  if (header_length > sizeof(TcpHeader) &&
      !parse_tcp_options({r.frame.data + h.transport_offset, header_length}, h.options)) {
    return r.fault(DropReason::tcp_options_invalid);
  }
}

void read_udp(const Reader& r) {
  Headers& h = r.headers;
  if (!r.holds(h.transport_offset, sizeof(UdpHeader))) return r.fault(DropReason::udp_length);
  if (leaves_window(r, sizeof(UdpHeader))) return;
  auto& udp = r.at<UdpHeader>(h.transport_offset);
  h.source_port = udp.source_port.host();
  h.destination_port = udp.destination_port.host();
  if (udp.length.host() != h.ip_end - h.transport_offset) return r.fault(DropReason::udp_length);
  // Zero means "none" over IPv4 only (RFC 768; RFC 8200, section 8.1).
  if (udp.checksum.raw() == 0 && h.source.is_ipv4()) return;
  if (udp.checksum.raw() == 0 || !verify_checksum(r, udp.checksum)) {
    r.fault(DropReason::udp_checksum);
  }
}

void read_icmp(const Reader& r) {
  const Headers& h = r.headers;
  if (!r.holds(h.transport_offset, sizeof(IcmpHeader))) {
    return r.fault(DropReason::icmp_truncated);
  }
  if (leaves_window(r, sizeof(IcmpHeader))) return;
  const std::uint32_t length = h.ip_end - h.transport_offset;
  std::uint64_t sum = checksum_sum(r.frame.data + h.transport_offset, length);
  if (!h.source.is_ipv4()) {
    sum += pseudo_header_sum(h.source, h.destination, protocol::icmpv6, length);
  }
  if (checksum_fold(sum) != 0xffff) r.fault(DropReason::icmp_checksum);
}

}  // namespace

void parse(const Frame& frame, Headers& headers) {
  headers = Headers{};
  const Reader reader{.frame = frame, .headers = headers};
  if (!read_link(reader)) return;
  const bool transport =
      headers.ethertype == ethertype::ipv4 ? read_ipv4(reader) : read_ipv6(reader);
  if (headers.addressed && headers.source == headers.destination) reader.fault(DropReason::land);
  if (!transport) return;
  switch (headers.kind) {
    case Kind::tcp:
      read_tcp(reader);
      break;
    case Kind::udp:
      read_udp(reader);
      break;
    case Kind::icmp:
      read_icmp(reader);
      break;
    default:
      break;
  }
}

}  // namespace sekimori
