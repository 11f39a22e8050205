#include "dataplane/packet/syn_ack.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "dataplane/packet/checksum.hpp"

namespace sekimori {
namespace {

constexpr std::uint8_t own_hop_limit = 64;

void rewrite_options(std::uint8_t* tcp, const Headers& headers, const SynAck& answer) {
  const TcpOptions& options = headers.options;
  std::uint8_t* first = tcp + sizeof(TcpHeader);
  std::uint8_t* last = tcp + (headers.payload_offset - headers.transport_offset);
  const std::uint32_t client_timestamp = options.timestamp_value;
  std::fill(first, last, tcp_option::nop);
  if (options.mss_offset != 0 && answer.mss != 0) {
    std::uint8_t* option = tcp + options.mss_offset;
    option[0] = tcp_option::mss;
    option[1] = 4;
    store(option + 2, be16{answer.mss});
  }
  if (options.window_scale_offset != 0 && answer.window_scale != no_window_scale) {
    std::uint8_t* option = tcp + options.window_scale_offset;
    option[0] = tcp_option::window_scale;
    option[1] = 3;
    option[2] = answer.window_scale;
  }
  if (options.sack_permitted() && answer.sack_permitted) {
    std::uint8_t* option = tcp + options.sack_permitted_offset;
    option[0] = tcp_option::sack_permitted;
    option[1] = 2;
  }
  if (options.has_timestamps() && answer.timestamps) {
    std::uint8_t* option = tcp + options.timestamps_offset;
    option[0] = tcp_option::timestamps;
    option[1] = 10;
    store(option + 2, be32{answer.timestamp_value});
    store(option + 6, be32{client_timestamp});
  }
}

// Checksums are summed from the values that were just written, not from the bytes: a load that
// spans several fresh stores would wait for them.

void rewrite_ipv4(std::uint8_t* start, std::size_t header_length, std::size_t tcp_length) {
  auto& ip = header_at<Ipv4Header>(start);
  ip.tos = 0;
  ip.total_length = be16{static_cast<std::uint16_t>(header_length + tcp_length)};
  ip.id = {};
  ip.fragment = be16{Ipv4Header::dont_fragment};
  ip.ttl = own_hop_limit;
  std::swap(ip.source, ip.destination);
  constexpr std::uint8_t no_operation = 1;
  std::fill(start + sizeof(Ipv4Header), start + header_length, no_operation);
  const std::uint64_t option_words = (header_length - sizeof(Ipv4Header)) / 2;
  const be16 version_tos{static_cast<std::uint16_t>(ip.version_ihl << 8)};
  constexpr be16 ttl_protocol{own_hop_limit << 8 | protocol::tcp};
  constexpr be16 two_no_operations{no_operation << 8 | no_operation};
  ip.checksum = checksum_field(std::uint64_t{version_tos.raw()} + ip.total_length.raw() +
                               ip.fragment.raw() + ttl_protocol.raw() + ip.source.raw() +
                               ip.destination.raw() + option_words * two_no_operations.raw());
}

void rewrite_ipv6(std::uint8_t* start, std::size_t header_length, std::size_t tcp_length) {
  auto& ip = header_at<Ipv6Header>(start);
  ip.version_class_flow = be32{6U << 28};
  ip.payload_length =
      be16{static_cast<std::uint16_t>(header_length - sizeof(Ipv6Header) + tcp_length)};
  ip.hop_limit = own_hop_limit;
  std::swap(ip.source, ip.destination);
}

}  // namespace

void answer_in_place(Frame& frame, const Headers& headers, const SynAck& answer) {
  auto& ethernet = header_at<EthernetHeader>(frame.data);
  std::swap(ethernet.source, ethernet.destination);

  const std::size_t ip_length = headers.transport_offset - headers.ip_offset;
  const std::size_t tcp_length = headers.payload_offset - headers.transport_offset;
  std::uint8_t* ip = frame.data + headers.ip_offset;
  if (headers.ethertype == ethertype::ipv4) {
    rewrite_ipv4(ip, ip_length, tcp_length);
  } else {
    rewrite_ipv6(ip, ip_length, tcp_length);
  }

  std::uint8_t* start = frame.data + headers.transport_offset;
  std::uint64_t sum = pseudo_header_sum(headers.destination, headers.source, protocol::tcp,
                                        static_cast<std::uint32_t>(tcp_length));
  if (tcp_length > sizeof(TcpHeader)) {
    rewrite_options(start, headers, answer);
    sum += checksum_sum(start + sizeof(TcpHeader), tcp_length - sizeof(TcpHeader));
  }
  const unsigned flags = tcp_flag::syn | tcp_flag::ack | (answer.ecn ? tcp_flag::ece : 0U);
  const be16 offset_flags{static_cast<std::uint16_t>(tcp_length / 4 << 12 | flags)};
  auto& tcp = header_at<TcpHeader>(start);
  std::swap(tcp.source_port, tcp.destination_port);
  tcp.sequence = be32{answer.sequence};
  tcp.acknowledgement = be32{answer.acknowledgement};
  store(start + offsetof(TcpHeader, data_offset), offset_flags);
  tcp.window = be16{answer.window};
  tcp.urgent_pointer = {};
  tcp.checksum =
      checksum_field(sum + tcp.source_port.raw() + tcp.destination_port.raw() + tcp.sequence.raw() +
                     tcp.acknowledgement.raw() + offset_flags.raw() + tcp.window.raw());
  // A payload is cut off; the padding of a short frame stays.
  if (headers.payload_length() != 0) frame.length = headers.payload_offset;
}

}  // namespace sekimori
