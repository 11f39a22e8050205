#include "dataplane/state/plain_messages.hpp"

#include "dataplane/packet/packet_set.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t upper_half = 0xffffffff00000000U;

/// The length of a message in its last word.
constexpr std::uint64_t of_length(std::size_t bytes) {
  return siphash_last_word(0, bytes);
}

void set_ipv4_flow_messages(const PlainTcp& plain, Side from, SipMessages<2>& messages) {
  for (std::size_t at = 0; at < messages.count; at += lanes) {
    const Lanes w1 = load_lanes(plain.word[1], at);
    const Lanes w2 = load_lanes(plain.word[2], at);
    const Lanes ports = swap_16(w2 >> 32);
    const bool outside = from == Side::outside;
    const Lanes addresses =
        outside ? (w1 >> 32) | (w2 << 32) : (w1 & upper_half) | (w2 & ~upper_half);
    const Lanes client_first = outside ? ports : (ports >> 16) | (ports << 16 & 0xffff0000U);
    store_lanes(messages.words[0], at, addresses);
    store_lanes(messages.words[1], at, client_first | of_length(12));
  }
}

void set_ipv4_source_messages(const PlainTcp& plain, SipMessages<2>& messages) {
  constexpr std::uint64_t mapped = std::uint64_t{0xffff} << 32;
  for (std::size_t at = 0; at < messages.count; at += lanes) {
    const Lanes source = swap_32(load_lanes(plain.word[1], at) >> 32);
    store_lanes(messages.words[0], at, Lanes{});
    store_lanes(messages.words[1], at, source | mapped);
  }
}

void set_ipv4_cookie_messages(const PlainTcp& plain, const PlainTcp::Column& message_bits,
                              SipMessages<2>& messages) {
  for (std::size_t at = 0; at < messages.count; at += lanes) {
    const Lanes w2 = load_lanes(plain.word[2], at);
    store_lanes(messages.words[0], at, (load_lanes(plain.word[1], at) >> 32) | (w2 << 32));
    store_lanes(messages.words[1], at, (w2 >> 32) | load_lanes(message_bits, at) | of_length(15));
  }
}

}  // namespace

void set_flow_messages(const PlainTcp& plain, Side from, std::uint64_t set,
                       PacketMessages& messages) {
  if ((set & ~plain.ipv6) != 0) set_ipv4_flow_messages(plain, from, messages.all_ipv4());
  for_each_packet(set & plain.ipv6,
                  [&](std::size_t i) { key_of(plain, i, from).add_to(messages, i); });
}

void set_source_messages(const PlainTcp& plain, std::uint64_t set, PacketMessages& messages) {
  set_ipv4_source_messages(plain, messages.all_ipv4());
  for_each_packet(set & plain.ipv6, [&](std::size_t i) {
    messages.all_ipv4().set(i, {__builtin_bswap64(plain.ipv6_source[0][i]), 0});
  });
}

void set_cookie_messages(const PlainTcp& plain, std::uint64_t set,
                         const PlainTcp::Column& message_bits, std::uint64_t odd_slot,
                         PacketMessages& messages) {
  if ((set & ~plain.ipv6) != 0) {
    set_ipv4_cookie_messages(plain, message_bits, messages.all_ipv4());
    messages.all_ipv4().second_key = odd_slot;
  }
  for_each_packet(set & plain.ipv6, [&](std::size_t i) {
    messages.set_ipv6(
        i,
        {plain.ipv6_source[0][i], plain.ipv6_source[1][i], plain.ipv6_destination[0][i],
         plain.ipv6_destination[1][i], plain.word[2][i] >> 32 | message_bits[i] | of_length(39)},
        (odd_slot >> i & 1) != 0);
  });
}

void make_cookies(const PlainTcp& plain, std::size_t count, const PlainTcp::Column& hashes,
                  const PlainTcp::Column& cookie_bits, PlainTcp::Column& cookies) {
  for (std::size_t at = 0; at < count; at += lanes) {
    const Lanes isn = swap_32(load_lanes(plain.word[3], at)) & ~upper_half;
    const Lanes low_bits = (load_lanes(hashes, at) + isn) & cookie_hash_mask;
    store_lanes(cookies, at, load_lanes(cookie_bits, at) | low_bits);
  }
}

}  // namespace sekimori
