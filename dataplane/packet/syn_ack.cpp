#include "dataplane/packet/syn_ack.hpp"

#include <cstddef>

#include "dataplane/packet/checksum.hpp"

namespace sekimori {
namespace {

// Headers are written in whole words, and checksums summed from these words, not from the bytes: a
// load that spans several fresh stores would wait for them.

constexpr std::uint32_t four_nops = 0x01010101;

/// The layout of `has_usual_syn_options`: every option is in a word of its own or fills
/// one with its neighbour.
bool has_usual_layout(const TcpOptions& options, std::size_t tcp_length) {
  constexpr std::size_t at = sizeof(TcpHeader);
  return tcp_length == usual_syn_header && options.mss_offset == at &&
         options.sack_permitted_offset == at + 4 && options.timestamps_offset == at + 6 &&
         options.window_scale_offset == at + 17;
}

/// Returns the sum of what it writes.
std::uint64_t rewrite_usual_options(std::uint8_t* options, const TcpOptions& client,
                                    const SynAck& answer) {
  constexpr std::uint32_t two_nops = 0x0101;
  const std::uint32_t sack = answer.sack_permitted ? tcp_option::sack_permitted << 8 | 2 : two_nops;
  const std::uint32_t timestamps = answer.timestamps ? tcp_option::timestamps << 8 | 10 : two_nops;
  const bool scaling = answer.window_scale != no_window_scale;
  std::uint64_t sum = 0;
  const auto put = [&](std::size_t word, std::uint32_t value) {
    const be32 bytes{value};
    store(options + 4 * word, bytes);
    sum += bytes.raw();
  };
  put(0, answer.mss != 0 ? std::uint32_t{tcp_option::mss} << 24 | 4 << 16 | answer.mss : four_nops);
  put(1, sack << 16 | timestamps);
  put(2, answer.timestamps ? answer.timestamp_value : four_nops);
  put(3, answer.timestamps ? client.timestamp_value : four_nops);
  put(4, scaling ? std::uint32_t{tcp_option::nop} << 24 | tcp_option::window_scale << 16 | 3 << 8 |
                       answer.window_scale
                 : four_nops);
  return sum;
}

/// Returns the sum of both addresses, which the pseudo-header has, too.
std::uint64_t rewrite_ipv4(std::uint8_t* start, std::size_t header_length, std::size_t tcp_length) {
  const auto source = load<std::uint32_t>(start + offsetof(Ipv4Header, source));
  const auto destination = load<std::uint32_t>(start + offsetof(Ipv4Header, destination));
  const std::uint64_t address_sum = std::uint64_t{source} + destination;
  const be32 version_length{static_cast<std::uint32_t>((4U << 4 | header_length / 4) << 24 |
                                                       (header_length + tcp_length))};
  constexpr be32 id_fragment{Ipv4Header::dont_fragment};
  constexpr be16 ttl_protocol{own_hop_limit << 8 | protocol::tcp};

  for (std::size_t at = sizeof(Ipv4Header); at < header_length; at += sizeof(four_nops)) {
    store(start + at, four_nops);  // the number of IPv4's option is the same (RFC 791)
  }
  const std::uint64_t option_words = (header_length - sizeof(Ipv4Header)) / sizeof(four_nops);
  const be16 checksum = checksum_field(std::uint64_t{version_length.raw()} + id_fragment.raw() +
                                       ttl_protocol.raw() + address_sum + option_words * four_nops);
  store(start, version_length);
  store(start + offsetof(Ipv4Header, id), id_fragment);
  store(start + offsetof(Ipv4Header, ttl), ttl_protocol);
  store(start + offsetof(Ipv4Header, checksum), checksum);
  store(start + offsetof(Ipv4Header, source), destination);
  store(start + offsetof(Ipv4Header, destination), source);
  return address_sum;
}

/// As `rewrite_ipv4`.
std::uint64_t rewrite_ipv6(std::uint8_t* start, std::size_t header_length, std::size_t tcp_length) {
  auto& ip = header_at<Ipv6Header>(start);
  const auto source_high = load<std::uint64_t>(ip.source.data());
  const auto source_low = load<std::uint64_t>(ip.source.data() + 8);
  const auto destination_high = load<std::uint64_t>(ip.destination.data());
  const auto destination_low = load<std::uint64_t>(ip.destination.data() + 8);
  ip.version_class_flow = be32{6U << 28};
  ip.payload_length =
      be16{static_cast<std::uint16_t>(header_length - sizeof(Ipv6Header) + tcp_length)};
  ip.hop_limit = own_hop_limit;
  store(ip.source.data(), destination_high);
  store(ip.source.data() + 8, destination_low);
  store(ip.destination.data(), source_high);
  store(ip.destination.data() + 8, source_low);
  return checksum_halves(source_high) + checksum_halves(source_low) +
         checksum_halves(destination_high) + checksum_halves(destination_low);
}

}  // namespace

std::uint64_t rewrite_syn_options(std::uint8_t* tcp, std::size_t tcp_length,
                                  const TcpOptions& options, const SynAck& answer) {
  if (has_usual_layout(options, tcp_length)) {
    return rewrite_usual_options(tcp + sizeof(TcpHeader), options, answer);
  }
  for (std::size_t at = sizeof(TcpHeader); at < tcp_length; at += sizeof(four_nops)) {
    store(tcp + at, four_nops);
  }
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
    store(option + 6, be32{options.timestamp_value});
  }
  return checksum_sum(tcp + sizeof(TcpHeader), tcp_length - sizeof(TcpHeader));
}

void answer_in_place(Frame& frame, const Headers& headers, const SynAck& answer) {
  swap_mac_addresses(frame.data);
  const std::size_t ip_length = headers.transport_offset - headers.ip_offset;
  const std::size_t tcp_length = headers.payload_offset - headers.transport_offset;
  std::uint8_t* ip = frame.data + headers.ip_offset;
  std::uint64_t sum = headers.ethertype == ethertype::ipv4
                          ? rewrite_ipv4(ip, ip_length, tcp_length)
                          : rewrite_ipv6(ip, ip_length, tcp_length);

  std::uint8_t* tcp = frame.data + headers.transport_offset;
  if (tcp_length > sizeof(TcpHeader)) {
    sum += rewrite_syn_options(tcp, tcp_length, headers.options, answer);
  }
  const std::uint32_t flags = syn_ack_flags(answer);
  const be32 ports{std::uint32_t{headers.destination_port} << 16 | headers.source_port};
  const be32 sequence{answer.sequence};
  const be32 acknowledgement{answer.acknowledgement};
  const be32 offset_flags_window{static_cast<std::uint32_t>(tcp_length / 4 << 28) | flags << 16 |
                                 answer.window};
  const std::uint64_t pseudo_header =
      be16{protocol::tcp}.raw() + std::uint64_t{be32{static_cast<std::uint32_t>(tcp_length)}.raw()};
  const be16 checksum = checksum_field(sum + pseudo_header + ports.raw() + sequence.raw() +
                                       acknowledgement.raw() + offset_flags_window.raw());
  constexpr be16 no_urgent_pointer{};
  store(tcp, ports);
  store(tcp + offsetof(TcpHeader, sequence), sequence);
  store(tcp + offsetof(TcpHeader, acknowledgement), acknowledgement);
  store(tcp + offsetof(TcpHeader, data_offset), offset_flags_window);
  store(tcp + offsetof(TcpHeader, checksum), checksum);
  store(tcp + offsetof(TcpHeader, urgent_pointer), no_urgent_pointer);
  // A payload is cut off; the padding of a short frame stays.
  if (headers.payload_length() != 0) frame.length = headers.payload_offset;
}

}  // namespace sekimori
