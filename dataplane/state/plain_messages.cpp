#include "dataplane/state/plain_messages.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t upper_half = 0xffffffff00000000U;

/// The length of a message in its last word.
constexpr std::uint64_t of_length(std::size_t bytes) {
  return siphash_last_word(0, bytes);
}

}  // namespace

void set_flow_messages(const PlainTcp& plain, Side from, SipMessages<2>& messages) {
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

void set_source_messages(const PlainTcp& plain, SipMessages<2>& messages) {
  constexpr std::uint64_t mapped = std::uint64_t{0xffff} << 32;
  for (std::size_t at = 0; at < messages.count; at += lanes) {
    const Lanes source = swap_32(load_lanes(plain.word[1], at) >> 32);
    store_lanes(messages.words[0], at, Lanes{});
    store_lanes(messages.words[1], at, source | mapped);
  }
}

void set_cookie_messages(const PlainTcp& plain, const PlainTcp::Column& message_bits,
                         SipMessages<2>& messages) {
  for (std::size_t at = 0; at < messages.count; at += lanes) {
    const Lanes w2 = load_lanes(plain.word[2], at);
    store_lanes(messages.words[0], at, (load_lanes(plain.word[1], at) >> 32) | (w2 << 32));
    store_lanes(messages.words[1], at, (w2 >> 32) | load_lanes(message_bits, at) | of_length(15));
  }
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
