#include "dataplane/packet/plain_tcp.hpp"

#include <algorithm>
#include <cassert>

#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/packet_set.hpp"

namespace sekimori {
namespace {

constexpr std::size_t plain_headers = plain_tcp_offset + sizeof(TcpHeader);
static_assert(plain_headers - plain_ip_offset == PlainTcp::words * sizeof(std::uint64_t));

std::uint16_t total_length(std::uint64_t word_0) {
  return __builtin_bswap16(static_cast<std::uint16_t>(word_0 >> 16));
}

/// Elements of zeros, which no plain frame has.
void take_nothing(PlainTcp& plain, std::size_t i) {
  for (PlainTcp::Column& word : plain.word) word[i] = 0;
  plain.room[i] = 0;
}

void take(const Frame& frame, PlainTcp& plain, std::size_t i) {
  constexpr be16 ipv4{ethertype::ipv4};
  if (frame.length < plain_headers ||
      load<be16>(frame.data + offsetof(EthernetHeader, type)) != ipv4) {
    return take_nothing(plain, i);
  }
  const std::uint8_t* ip = frame.data + plain_ip_offset;
  for (std::size_t w = 0; w < PlainTcp::words; ++w) {
    plain.word[w][i] = load<std::uint64_t>(ip + 8 * w);
  }
  const bool verified = frame.checksum == ChecksumHint::good;
  plain.room[i] = frame.length - plain_ip_offset;
  plain.verified[i] = -std::uint64_t{verified};
  plain.rest_sum[i] = 0;
  const std::size_t end = plain_ip_offset + total_length(plain.word[0][i]);
  if (end > plain_headers && end <= frame.length && !verified) {
    plain.rest_sum[i] = checksum_sum(frame.data + plain_headers, end - plain_headers);
  }
}

/// Whether the frames from `at` on are plain, but for their TCP options.
Lanes judge(const PlainTcp& columns, std::size_t at) {
  const Lanes w0 = load_lanes(columns.word[0], at);
  const Lanes w1 = load_lanes(columns.word[1], at);
  const Lanes w2 = load_lanes(columns.word[2], at);
  const Lanes w3 = load_lanes(columns.word[3], at);
  const Lanes w4 = load_lanes(columns.word[4], at);

  constexpr std::uint64_t fragment_bits = std::uint64_t{0xff3f} << 48;
  const Lanes length = (w0 >> 8 & 0xff00) | (w0 >> 24 & 0xff);
  const Lanes source = w1 >> 32;
  const Lanes destination = w2 & 0xffffffffU;
  const Lanes network = source & 0xff;
  const Lanes tcp_words = w4 >> 4 & 0xf;
  const Lanes flags = w4 >> 8 & 0x3f;
  const Lanes tcp_length = length - sizeof(Ipv4Header);

  Lanes plain = ((w0 & 0xff) == 0x45) & ((w0 & fragment_bits) == 0);
  plain &= ((w1 >> 8 & 0xff) == protocol::tcp);
  plain &= (network != 0) & (network != 127) & (network < 224) & (source != destination);
  plain &= ((w2 >> 32 & 0xffff) != 0) & ((w2 >> 48) != 0);
  plain &= (tcp_words >= sizeof(TcpHeader) / 4) & (tcp_words * 4 <= tcp_length) &
           (length <= load_lanes(columns.room, at)) & (length >= sizeof(Ipv4Header));
  plain &= -(valid_tcp_flags >> flags & 1);

  // A right checksum makes the sum of all that it covers fold to ones.
  const Lanes addresses = source + destination;
  const Lanes ip_sum = sum_of_halves(w0) + (w1 & 0xffffffffU) + addresses;
  const Lanes pseudo_header =
      addresses + (protocol::tcp << 8) + (tcp_length >> 8 & 0xff) + ((tcp_length & 0xff) << 8);
  const Lanes tcp_sum = pseudo_header + (w2 >> 32) + sum_of_halves(w3) + sum_of_halves(w4) +
                        sum_of_halves(load_lanes(columns.rest_sum, at));
  return plain & (fold_lanes(ip_sum) == 0xffff) &
         ((fold_lanes(tcp_sum) == 0xffff) | load_lanes(columns.verified, at));
}

/// Whether the TCP options are in order; reads them if so. What has been stored in parts is not
/// read again as a whole, which would have to wait for all of the parts.
bool read_options(const Frame& frame, PlainTcp& plain, std::size_t i) {
  static constexpr TcpOptions no_options;
  const std::uint8_t* tcp = frame.data + plain_tcp_offset;
  const std::size_t length = plain.tcp_header_length(i);
  TcpOptions& options = plain.options[i];
  options = no_options;
  plain.offers[i] = no_options.offer();
  if (length == sizeof(TcpHeader)) return true;
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

/// What the headers of all plain frames have in common.
constexpr Headers common_headers = [] {
  Headers headers;
  headers.kind = Kind::tcp;
  headers.addressed = true;
  headers.protocol = protocol::tcp;
  headers.ethertype = ethertype::ipv4;
  headers.ip_offset = plain_ip_offset;
  headers.transport_offset = plain_tcp_offset;
  return headers;
}();

}  // namespace

std::uint64_t take_plain(std::span<const Frame> frames, PlainTcp& plain) {
  assert(frames.size() <= max_burst);
  for (std::size_t i = 0; i < frames.size(); ++i) take(frames[i], plain, i);
  for (std::size_t i = frames.size(); i % lanes != 0; ++i) take_nothing(plain, i);
  std::uint64_t set = 0;
  for (std::size_t at = 0; at < frames.size(); at += lanes) set |= set_of(judge(plain, at)) << at;
  std::uint64_t malformed = 0;
  for_each_packet(set, [&](std::size_t i) {
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
  return ~equal_to_before(plain.word[1], source_bits, count) & first_packets(count);
}

std::uint64_t destination_changes(const PlainTcp& plain, std::size_t count) {
  return ~equal_to_before(plain.word[2], destination_bits, count) & first_packets(count);
}

std::uint64_t same_as_before(const PlainTcp& plain, std::size_t count) {
  return equal_to_before(plain.word[2], destination_bits | destination_port_bits, count) &
         equal_to_before(plain.offers, ~std::uint64_t{0}, count);
}

Headers headers_of(const PlainTcp& plain, std::size_t i) {
  const auto upper = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  const auto lower = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const std::uint64_t w2 = plain.word[2][i];
  const std::uint64_t w3 = plain.word[3][i];
  const std::uint64_t w4 = plain.word[4][i];
  Headers h = common_headers;
  h.ip_end = static_cast<std::uint32_t>(plain_ip_offset + total_length(plain.word[0][i]));
  h.source = Address::from_ipv4(std::bit_cast<be32>(plain.source(i)));
  h.destination = Address::from_ipv4(std::bit_cast<be32>(plain.destination(i)));
  h.source_port = __builtin_bswap16(static_cast<std::uint16_t>(w2 >> 32));
  h.destination_port = __builtin_bswap16(static_cast<std::uint16_t>(w2 >> 48));
  h.sequence = __builtin_bswap32(lower(w3));
  h.acknowledgement = __builtin_bswap32(upper(w3));
  h.tcp_flags = plain.flags(i);
  h.window = __builtin_bswap16(static_cast<std::uint16_t>(w4 >> 16));
  h.payload_offset = static_cast<std::uint16_t>(plain_tcp_offset + plain.tcp_header_length(i));
  h.options = plain.options[i];
  return h;
}

}  // namespace sekimori
