#include "dataplane/packet/syn_ack.hpp"

#include <algorithm>
#include <cstring>
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
  ip.checksum = {};
  ip.checksum = checksum_field(checksum_sum(start, header_length));
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
  rewrite_options(start, headers, answer);
  auto& tcp = header_at<TcpHeader>(start);
  std::swap(tcp.source_port, tcp.destination_port);
  tcp.sequence = be32{answer.sequence};
  tcp.acknowledgement = be32{answer.acknowledgement};
  tcp.data_offset = static_cast<std::uint8_t>(tcp_length / 4 << 4);
  tcp.flags =
      static_cast<std::uint8_t>(tcp_flag::syn | tcp_flag::ack | (answer.ecn ? tcp_flag::ece : 0));
  tcp.window = be16{answer.window};
  tcp.checksum = {};
  tcp.urgent_pointer = {};
  tcp.checksum =
      checksum_field(checksum_sum(start, tcp_length) +
                     pseudo_header_sum(headers.destination, headers.source, protocol::tcp,
                                       static_cast<std::uint32_t>(tcp_length)));
  // A payload is cut off; the padding of a short frame stays.
  if (headers.payload_length() != 0) frame.length = headers.payload_offset;
}

}  // namespace sekimori
