#include "dataplane/packet/plain_syn_ack.hpp"

#include "dataplane/packet/checksum.hpp"
#include "dataplane/packet/packet_set.hpp"

namespace sekimori {
namespace {

/// The words of the answers, and what they are made from besides the SYNs.
struct Answered {
  std::array<PlainTcp::Column, PlainTcp::words> word;
  PlainTcp::Column options_sum;
};

/// Makes word 0 over IPv6. Returns the sum of the addresses.
Lanes make_ipv6(const PlainTcp& syn, std::size_t at, const Lanes& tcp_length, Lanes& word_0) {
  constexpr be16 next_header_hop_limit{protocol::tcp << 8 | own_hop_limit};
  word_0 = (tcp_length << 40) + (0x60U + (std::uint64_t{next_header_hop_limit.raw()} << 48));
  return sum_of_addresses(syn.ipv6_source, at) + sum_of_addresses(syn.ipv6_destination, at);
}

void make_words(const PlainTcp& syn, const SynAcks& answers, std::size_t at, Answered& out) {
  constexpr be16 dont_fragment{Ipv4Header::dont_fragment};
  constexpr be16 ttl_protocol{own_hop_limit << 8 | protocol::tcp};
  const Lanes w1 = load_lanes(syn.word[1], at);
  const Lanes w2 = load_lanes(syn.word[2], at);
  const Lanes data_offset = load_lanes(syn.word[4], at) & 0xf0;
  const Lanes tcp_length = data_offset >> 2;
  const Lanes length = tcp_length + sizeof(Ipv4Header);  // below 2^8, as the one before is
  Lanes addresses = (w1 >> 32) + (w2 & 0xffffffffU);

  Lanes o0 = (length << 24) + (0x45U + (std::uint64_t{dont_fragment.raw()} << 48));
  const Lanes ip_sum = fold_lanes(sum_of_halves(o0) + ttl_protocol.raw() + addresses) ^ 0xffff;
  const Lanes o1 = (w2 << 32) | (ip_sum << 16) | ttl_protocol.raw();
  if (any_of(syn.ipv6, at)) {
    const Lanes ipv6 = lanes_of(syn.ipv6, at);
    Lanes ipv6_o0;
    const Lanes ipv6_addresses = make_ipv6(syn, at, tcp_length, ipv6_o0);
    addresses = select(ipv6, ipv6_addresses, addresses);
    o0 = select(ipv6, ipv6_o0, o0);
  }
  const Lanes ports = (w2 >> 48) | (w2 >> 16 & 0xffff0000U);
  const Lanes o2 = (ports << 32) | (w1 >> 32);
  const Lanes acknowledged = swap_32(load_lanes(syn.word[3], at)) + 1;
  const Lanes o3 = swap_32((acknowledged << 32) | load_lanes(answers.sequence, at));
  const Lanes offset_flags_window = load_lanes(answers.flags_window, at) | data_offset;
  const Lanes pseudo_header = addresses + (tcp_length << 8) + (protocol::tcp << 8);
  const Lanes tcp_sum = fold_lanes(pseudo_header + ports + sum_of_halves(o3) + offset_flags_window +
                                   sum_of_halves(load_lanes(out.options_sum, at))) ^
                        0xffff;
  store_lanes(out.word[0], at, o0);
  store_lanes(out.word[1], at, o1);
  store_lanes(out.word[2], at, o2);
  store_lanes(out.word[3], at, o3);
  store_lanes(out.word[4], at, offset_flags_window | (tcp_sum << 32));
}

/// Writes the headers over IPv4. Returns whether a payload is to be cut off.
bool write_ipv4(std::uint8_t* ip, const PlainTcp& syn, const Answered& answered, std::size_t i) {
  for (std::size_t w = 0; w < PlainTcp::words; ++w) store(ip + 8 * w, answered.word[w][i]);
  constexpr std::uint64_t total_length = std::uint64_t{0xffff} << 16;
  return ((syn.word[0][i] ^ answered.word[0][i]) & total_length) != 0;
}

/// The same over IPv6.
bool write_ipv6(std::uint8_t* ip, const PlainTcp& syn, const Answered& answered, std::size_t i) {
  std::uint8_t* tcp = ip + sizeof(Ipv6Header);
  store(ip, answered.word[0][i]);
  for (std::size_t half = 0; half < 2; ++half) {
    store(ip + offsetof(Ipv6Header, source) + 8 * half, syn.ipv6_destination[half][i]);
    store(ip + offsetof(Ipv6Header, destination) + 8 * half, syn.ipv6_source[half][i]);
  }
  store(tcp, static_cast<std::uint32_t>(answered.word[2][i] >> 32));
  store(tcp + 4, answered.word[3][i]);
  store(tcp + 12, answered.word[4][i]);
  constexpr std::uint64_t payload_length = std::uint64_t{0xffff} << 32;
  return ((syn.word[0][i] ^ answered.word[0][i]) & payload_length) != 0;
}

void write(Frame& frame, const PlainTcp& syn, const Answered& answered, std::size_t i) {
  swap_mac_addresses(frame.data);
  std::uint8_t* ip = frame.data + plain_ip_offset;
  const bool cut =
      syn.is_ipv6(i) ? write_ipv6(ip, syn, answered, i) : write_ipv4(ip, syn, answered, i);
  // The padding of a short frame stays.
  if (cut) frame.length = static_cast<std::uint32_t>(syn.tcp_offset(i) + syn.tcp_header_length(i));
}

}  // namespace

void answer_plain(std::span<Frame> frames, const PlainTcp& plain, std::uint64_t set,
                  const SynAcks& answers) {
  if (set == 0) return;
  Answered answered;
  std::memset(&answered.options_sum, 0, sizeof(answered.options_sum));
  for_each_packet(set & plain.with_options, [&](std::size_t i) {
    answered.options_sum[i] =
        rewrite_syn_options(frames[i].data + plain.tcp_offset(i), plain.tcp_header_length(i),
                            plain.options_read[i], answers.common[answers.first[i]]);
  });
  for (std::size_t at = 0; at < frames.size(); at += lanes)
    make_words(plain, answers, at, answered);
  for_each_packet(set, [&](std::size_t i) { write(frames[i], plain, answered, i); });
}

}  // namespace sekimori
