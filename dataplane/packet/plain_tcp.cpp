#include "dataplane/packet/plain_tcp.hpp"

#include <algorithm>
#include <cassert>

#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/packet_set.hpp"

namespace sekimori {
namespace {

constexpr std::size_t ipv4_tcp_offset = plain_ip_offset + sizeof(Ipv4Header);
constexpr std::size_t ipv6_tcp_offset = plain_ip_offset + sizeof(Ipv6Header);

/// Elements of zeros, which no plain frame has.
void take_nothing(PlainTcp& plain, std::size_t i) {
  for (PlainTcp::Column& word : plain.word) word[i] = 0;
  plain.room[i] = 0;
}

void take_ipv4(const std::uint8_t* ip, PlainTcp& plain, std::size_t i) {
  plain.word[0][i] = load<std::uint64_t>(ip);
  plain.word[1][i] = load<std::uint64_t>(ip + 8);
}

void take_ipv6(const std::uint8_t* ip, PlainTcp& plain, std::size_t i) {
  const std::uint8_t* source = ip + offsetof(Ipv6Header, source);
  const std::uint8_t* destination = ip + offsetof(Ipv6Header, destination);
  plain.word[0][i] = load<std::uint64_t>(ip);
  plain.word[1][i] = load<std::uint64_t>(source + 8);
  plain.ipv6_source[0][i] = load<std::uint64_t>(source);
  plain.ipv6_source[1][i] = load<std::uint64_t>(source + 8);
  plain.ipv6_destination[0][i] = load<std::uint64_t>(destination);
  plain.ipv6_destination[1][i] = load<std::uint64_t>(destination + 8);
  plain.ipv6 |= std::uint64_t{1} << i;
}

/// Takes a frame apart that seems to be plain and has still to be judged.
void take(const Frame& frame, PlainTcp& plain, std::size_t i) {
  constexpr be16 ipv4{ethertype::ipv4};
  constexpr be16 ipv6{ethertype::ipv6};
  const std::uint8_t* ip = frame.data + plain_ip_offset;
  std::size_t tcp_offset = ipv4_tcp_offset;
  if (frame.length < ipv4_tcp_offset + sizeof(TcpHeader)) return take_nothing(plain, i);
  const be16 type = load<be16>(frame.data + offsetof(EthernetHeader, type));
  std::size_t end = 0;
  if (type == ipv4) {
    take_ipv4(ip, plain, i);
    end = plain_ip_offset + load<be16>(ip + offsetof(Ipv4Header, total_length)).host();
  } else if (type == ipv6 && frame.length >= ipv6_tcp_offset + sizeof(TcpHeader)) {
    take_ipv6(ip, plain, i);
    tcp_offset = ipv6_tcp_offset;
    end = ipv6_tcp_offset + load<be16>(ip + offsetof(Ipv6Header, payload_length)).host();
  } else {
    return take_nothing(plain, i);
  }
  const std::uint8_t* tcp = frame.data + tcp_offset;
  plain.word[2][i] = load<std::uint64_t>(tcp - 4);
  plain.word[3][i] = load<std::uint64_t>(tcp + 4);
  plain.word[4][i] = load<std::uint64_t>(tcp + 12);
  const bool verified = frame.checksum == ChecksumHint::good;
  plain.room[i] = frame.length - plain_ip_offset;
  plain.verified[i] = -std::uint64_t{verified};
  plain.rest_sum[i] = 0;
  const std::size_t rest = tcp_offset + sizeof(TcpHeader);
  if (end > rest && end <= frame.length && !verified) {
    plain.rest_sum[i] = checksum_sum(frame.data + rest, end - rest);
  }
}

/// What the IP headers of some frames say.
struct Ip {
  Lanes plain;       ///< whether they are those of a plain frame
  Lanes tcp_length;  ///< of header and payload
  Lanes addresses;   ///< their sum
};

Ip judge_ipv4(const PlainTcp& columns, std::size_t at) {
  const Lanes w0 = load_lanes(columns.word[0], at);
  const Lanes w1 = load_lanes(columns.word[1], at);
  const Lanes w2 = load_lanes(columns.word[2], at);
  constexpr std::uint64_t fragment_bits = std::uint64_t{0xff3f} << 48;
  const Lanes length = (w0 >> 8 & 0xff00) | (w0 >> 24 & 0xff);
  const Lanes source = w1 >> 32;
  const Lanes destination = w2 & 0xffffffffU;
  const Lanes network = source & 0xff;
  const Lanes addresses = source + destination;

  Lanes plain = ((w0 & 0xff) == 0x45) & ((w0 & fragment_bits) == 0);
  plain &= ((w1 >> 8 & 0xff) == protocol::tcp);
  plain &= (network != 0) & (network != 127) & (network < 224) & (source != destination);
  plain &= (length <= load_lanes(columns.room, at)) & (length >= sizeof(Ipv4Header));
  // A right checksum makes the sum of all that it covers fold to ones.
  const Lanes sum = sum_of_halves(w0) + (w1 & 0xffffffffU) + addresses;
  plain &= fold_lanes(sum) == 0xffff;
  return {.plain = plain, .tcp_length = length - sizeof(Ipv4Header), .addresses = addresses};
}

Ip judge_ipv6(const PlainTcp& columns, std::size_t at) {
  const Lanes w0 = load_lanes(columns.word[0], at);
  const Lanes source_high = load_lanes(columns.ipv6_source[0], at);
  const Lanes source_low = load_lanes(columns.ipv6_source[1], at);
  const Lanes destination_high = load_lanes(columns.ipv6_destination[0], at);
  const Lanes destination_low = load_lanes(columns.ipv6_destination[1], at);
  const Lanes length = (w0 >> 24 & 0xff00) | (w0 >> 40 & 0xff);

  // Addresses of this block are the loopback one, none, or those that stand for IPv4 ones.
  constexpr std::uint64_t last_byte_one = std::uint64_t{1} << 56;
  constexpr std::uint64_t mapped_mark = 0xffff0000U;
  const Lanes source_special =
      ((source_low & ~last_byte_one) == 0) | ((source_low & 0xffffffffU) == mapped_mark);
  const Lanes destination_mapped = (destination_low & 0xffffffffU) == mapped_mark;

  Lanes plain = ((w0 & 0xf0) == 0x60) & ((w0 >> 48 & 0xff) == protocol::tcp);
  plain &= ((source_high & 0xff) != 0xff) & ~((source_high == 0) & source_special) &
           ~((destination_high == 0) & destination_mapped);
  plain &= (source_high != destination_high) | (source_low != destination_low);
  plain &= length + sizeof(Ipv6Header) <= load_lanes(columns.room, at);
  return {.plain = plain,
          .tcp_length = length,
          .addresses = sum_of_addresses(columns.ipv6_source, at) +
                       sum_of_addresses(columns.ipv6_destination, at)};
}

/// Whether the TCP headers are plain, but for their options.
Lanes judge_tcp(const PlainTcp& columns, std::size_t at, const Ip& ip) {
  const Lanes w2 = load_lanes(columns.word[2], at);
  const Lanes w3 = load_lanes(columns.word[3], at);
  const Lanes w4 = load_lanes(columns.word[4], at);
  const Lanes tcp_words = w4 >> 4 & 0xf;
  const Lanes flags = w4 >> 8 & 0x3f;
  Lanes plain = ((w2 >> 32 & 0xffff) != 0) & ((w2 >> 48) != 0);
  plain &= (tcp_words >= sizeof(TcpHeader) / 4) & (tcp_words * 4 <= ip.tcp_length);
  plain &= -(valid_tcp_flags >> flags & 1);
  const Lanes pseudo_header = ip.addresses + (protocol::tcp << 8) + (ip.tcp_length >> 8 & 0xff) +
                              ((ip.tcp_length & 0xff) << 8);
  const Lanes sum = pseudo_header + (w2 >> 32) + sum_of_halves(w3) + sum_of_halves(w4) +
                    sum_of_halves(load_lanes(columns.rest_sum, at));
  return plain & ((fold_lanes(sum) == 0xffff) | load_lanes(columns.verified, at));
}

/// Whether the frames from `at` on are plain, but for their TCP options.
Lanes judge(const PlainTcp& columns, std::size_t at) {
  Ip ip = judge_ipv4(columns, at);
  if (any_of(columns.ipv6, at)) {
    const Lanes ipv6 = lanes_of(columns.ipv6, at);
    const Ip other = judge_ipv6(columns, at);
    ip = {.plain = select(ipv6, other.plain, ip.plain),
          .tcp_length = select(ipv6, other.tcp_length, ip.tcp_length),
          .addresses = select(ipv6, other.addresses, ip.addresses)};
  }
  return ip.plain & judge_tcp(columns, at, ip);
}

/// Whether the TCP options are in order; reads them if so. What has been stored in parts is not
/// read again as a whole, which would have to wait for all of the parts.
bool read_options(const Frame& frame, PlainTcp& plain, std::size_t i) {
  const std::uint8_t* tcp = frame.data + plain.tcp_offset(i);
  const std::size_t length = plain.tcp_header_length(i);
  TcpOptions& options = plain.options_read[i];
  options = PlainTcp::no_options;
  if (length == usual_syn_header && has_usual_syn_options(tcp)) {
    plain.offers[i] = read_usual_syn_options(tcp, options);
    return true;
  }
  if (!parse_tcp_options({tcp, length}, options)) return false;
  plain.offers[i] = options.offer();
  return true;
}

constexpr std::uint64_t source_bits = 0xffffffff00000000U;       // of word 1
constexpr std::uint64_t destination_bits = 0x00000000ffffffffU;  // of word 2
constexpr std::uint64_t destination_port_bits = 0xffff000000000000U;

/// The elements that have the same bits of `mask` as the element before them.
std::uint64_t equal_to_before(const PlainTcp::Column& column, std::uint64_t mask,
                              std::size_t count) {
  std::uint64_t set = 0;
  for (std::size_t i = 1; i < std::min(count, lanes); ++i) {
    set |= std::uint64_t{((column[i] ^ column[i - 1]) & mask) == 0} << i;
  }
  for (std::size_t at = lanes; at < count; at += lanes) {
    const Lanes differences = (load_lanes(column, at) ^ load_lanes(column, at - 1)) & mask;
    set |= set_of(differences == 0) << at;
  }
  return set;
}

/// Of the elements that have the same last bytes of an address as the element before, those that
/// have the same address.
std::uint64_t of_same_address(const PlainTcp& plain, std::uint64_t same_last_bytes,
                              const PlainTcp::Ipv6Column& address, std::size_t count) {
  if (plain.ipv6 == 0) return same_last_bytes;
  constexpr std::uint64_t all = ~std::uint64_t{0};
  const std::uint64_t same_ipv6 =
      equal_to_before(address[0], all, count) & equal_to_before(address[1], all, count);
  const std::uint64_t same_family = ~(plain.ipv6 ^ plain.ipv6 << 1);
  return same_last_bytes & same_family & (~plain.ipv6 | same_ipv6);
}

/// What the headers of all plain frames have in common.
constexpr Headers common_headers = [] {
  Headers headers;
  headers.kind = Kind::tcp;
  headers.addressed = true;
  headers.protocol = protocol::tcp;
  headers.ip_offset = plain_ip_offset;
  return headers;
}();

}  // namespace

std::uint64_t take_plain(std::span<const Frame> frames, PlainTcp& plain) {
  assert(frames.size() <= max_burst);
  plain.ipv6 = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) take(frames[i], plain, i);
  for (std::size_t i = frames.size(); i % lanes != 0; ++i) take_nothing(plain, i);
  std::uint64_t set = 0;
  plain.with_options = 0;
  for (std::size_t at = 0; at < frames.size(); at += lanes) {
    const Lanes tcp_words = load_lanes(plain.word[4], at) >> 4 & 0xf;
    set |= set_of(judge(plain, at)) << at;
    plain.with_options |= set_of(tcp_words > sizeof(TcpHeader) / 4) << at;
    store_lanes(plain.offers, at, Lanes{} + PlainTcp::no_options.offer());
  }
  std::uint64_t malformed = 0;
  for_each_packet(set & plain.with_options, [&](std::size_t i) {
    malformed |= std::uint64_t{!read_options(frames[i], plain, i)} << i;
  });
  return set & ~malformed;
}

std::uint64_t with_flags(const PlainTcp& plain, std::size_t count, unsigned mask, unsigned flags) {
  std::uint64_t set = 0;
  for (std::size_t at = 0; at < count; at += lanes) {
    set |= set_of((load_lanes(plain.word[4], at) >> 8 & mask) == flags) << at;
  }
  return set;
}

std::uint64_t source_changes(const PlainTcp& plain, std::size_t count) {
  const std::uint64_t same = equal_to_before(plain.word[1], source_bits, count);
  return ~of_same_address(plain, same, plain.ipv6_source, count) & first_packets(count);
}

std::uint64_t destination_changes(const PlainTcp& plain, std::size_t count) {
  const std::uint64_t same = equal_to_before(plain.word[2], destination_bits, count);
  return ~of_same_address(plain, same, plain.ipv6_destination, count) & first_packets(count);
}

std::uint64_t same_as_before(const PlainTcp& plain, std::size_t count) {
  const std::uint64_t same =
      equal_to_before(plain.word[2], destination_bits | destination_port_bits, count) &
      equal_to_before(plain.offers, ~std::uint64_t{0}, count);
  return of_same_address(plain, same, plain.ipv6_destination, count);
}

Headers headers_of(const PlainTcp& plain, std::size_t i) {
  const std::uint64_t w0 = plain.word[0][i];
  Headers h = common_headers;
  h.transport_offset = static_cast<std::uint16_t>(plain.tcp_offset(i));
  if (plain.is_ipv6(i)) {
    h.ethertype = ethertype::ipv6;
    h.ip_end = h.transport_offset + __builtin_bswap16(static_cast<std::uint16_t>(w0 >> 32));
  } else {
    h.ethertype = ethertype::ipv4;
    h.ip_end = static_cast<std::uint32_t>(plain_ip_offset) +
               __builtin_bswap16(static_cast<std::uint16_t>(w0 >> 16));
  }
  h.source = plain.source(i);
  h.destination = plain.destination(i);
  h.source_port = plain.source_port(i);
  h.destination_port = plain.destination_port(i);
  h.sequence = plain.sequence(i);
  h.acknowledgement = plain.acknowledgement(i);
  h.tcp_flags = plain.flags(i);
  h.window = __builtin_bswap16(static_cast<std::uint16_t>(plain.word[4][i] >> 16));
  h.payload_offset = static_cast<std::uint16_t>(h.transport_offset + plain.tcp_header_length(i));
  h.options = plain.options(i);
  return h;
}

}  // namespace sekimori
