#include "dataplane/packet/segment.hpp"

#include <algorithm>
#include <cstring>

#include "dataplane/packet/checksum.hpp"

namespace sekimori {
namespace {

/// Writes the options, padded to whole words with NOPs in front of short ones. Returns their
/// length.
std::size_t write_options(std::uint8_t* out, const Segment& s) {
  std::size_t length = 0;
  const auto put = [&](auto... bytes) {
    ((out[length++] = static_cast<std::uint8_t>(bytes)), ...);
  };
  if (s.mss != 0) put(tcp_option::mss, 4, s.mss >> 8, s.mss & 0xff);
  if (s.window_scale != no_window_scale) {
    put(tcp_option::nop, tcp_option::window_scale, 3, s.window_scale);
  }
  if (s.sack_permitted) {
    put(tcp_option::sack_permitted, 2);
  } else if (s.timestamps) {
    put(tcp_option::nop, tcp_option::nop);
  }
  if (s.timestamps) {
    put(tcp_option::timestamps, 10);
    store(out + length, be32{s.timestamp_value});
    store(out + length + 4, be32{s.timestamp_echo});
    length += 8;
  } else if (s.sack_permitted) {
    put(tcp_option::nop, tcp_option::nop);
  }
  return length;
}

std::size_t write_ip(std::uint8_t* out, const Segment& s, std::size_t tcp_length) {
  if (s.source.is_ipv4()) {
    auto& ip = header_at<Ipv4Header>(out);
    ip = {.version_ihl = 0x45,
          .tos = 0,
          .total_length = be16{static_cast<std::uint16_t>(sizeof(Ipv4Header) + tcp_length)},
          .id = {},
          .fragment = be16{Ipv4Header::dont_fragment},
          .ttl = own_hop_limit,
          .protocol = protocol::tcp,
          .checksum = {},
          .source = s.source.ipv4(),
          .destination = s.destination.ipv4()};
    ip.checksum = checksum_field(checksum_sum(out, sizeof(Ipv4Header)));
    return sizeof(Ipv4Header);
  }
  auto& ip = header_at<Ipv6Header>(out);
  ip.version_class_flow = be32{6U << 28};
  ip.payload_length = be16{static_cast<std::uint16_t>(tcp_length)};
  ip.next_header = protocol::tcp;
  ip.hop_limit = own_hop_limit;
  std::memcpy(ip.source.data(), s.source.bytes(), ip.source.size());
  std::memcpy(ip.destination.data(), s.destination.bytes(), ip.destination.size());
  return sizeof(Ipv6Header);
}

}  // namespace

LinkHeader LinkHeader::copy_of(const Frame& frame, const Headers& headers) {
  LinkHeader link;
  link.length = static_cast<std::uint8_t>(headers.ip_offset);
  std::memcpy(link.bytes.data(), frame.data, link.length);
  return link;
}

LinkHeader LinkHeader::reversed() const {
  LinkHeader link = *this;
  std::swap_ranges(link.bytes.begin(), link.bytes.begin() + 6, link.bytes.begin() + 6);
  return link;
}

std::size_t write_segment(std::span<std::uint8_t> out, const LinkHeader& link,
                          const Segment& segment) {
  std::array<std::uint8_t, max_tcp_header> tcp_bytes;
  auto& tcp = header_at<TcpHeader>(tcp_bytes.data());
  const std::size_t tcp_length =
      sizeof(TcpHeader) + write_options(tcp_bytes.data() + sizeof(TcpHeader), segment);
  tcp = {.source_port = be16{segment.source_port},
         .destination_port = be16{segment.destination_port},
         .sequence = be32{segment.sequence},
         .acknowledgement = be32{segment.acknowledgement},
         .data_offset = static_cast<std::uint8_t>(tcp_length / 4 << 4),
         .flags = segment.flags,
         .window = be16{segment.window},
         .checksum = {},
         .urgent_pointer = {}};
  tcp.checksum =
      checksum_field(checksum_sum(tcp_bytes.data(), tcp_length) +
                     pseudo_header_sum(segment.source, segment.destination, protocol::tcp,
                                       static_cast<std::uint32_t>(tcp_length)));

  std::uint8_t* at = out.data();
  std::memcpy(at, link.bytes.data(), link.length);
  at += link.length;
  at += write_ip(at, segment, tcp_length);
  std::memcpy(at, tcp_bytes.data(), tcp_length);
  at += tcp_length;
  return static_cast<std::size_t>(at - out.data());
}

Segment reset_for(const Headers& headers) {
  Segment reset{.source = headers.destination,
                .destination = headers.source,
                .source_port = headers.destination_port,
                .destination_port = headers.source_port,
                .flags = tcp_flag::rst};
  if (headers.has(tcp_flag::ack)) {
    reset.sequence = headers.acknowledgement;
  } else {
    const std::uint32_t syn = headers.has(tcp_flag::syn) ? 1 : 0;
    const std::uint32_t fin = headers.has(tcp_flag::fin) ? 1 : 0;
    reset.flags |= tcp_flag::ack;
    reset.acknowledgement = headers.sequence + headers.payload_length() + syn + fin;
  }
  return reset;
}

void reply_in_place(Frame& frame, const Headers& headers, const Segment& segment) {
  const LinkHeader link = LinkHeader::copy_of(frame, headers).reversed();
  frame.length =
      static_cast<std::uint32_t>(write_segment({frame.data, frame.capacity}, link, segment));
}

void replace_in_place(Frame& frame, const Headers& headers, const Segment& segment) {
  const LinkHeader link = LinkHeader::copy_of(frame, headers);
  frame.length =
      static_cast<std::uint32_t>(write_segment({frame.data, frame.capacity}, link, segment));
}

}  // namespace sekimori
