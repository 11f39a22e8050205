#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "common/address.hpp"
#include "common/cookie_keys.hpp"
#include "dataplane/packet/siphash.hpp"
#include "dataplane/packet/siphash_burst.hpp"
#include "dataplane/packet/tcp_options.hpp"

namespace sekimori {

// SYN cookie, version 1: docs/algorithms/syn-cookie.md has the whole specification. The hardware
// kernel computes the same bits.

/// What a handshake agrees on and a cookie has to remember.
struct AgreedOptions {
  std::uint8_t mss_index = 0;  ///< into the family's MSS classes
  /// The shift that the client applies to its windows; `no_window_scale` when windows are not
  /// scaled.
  std::uint8_t client_scale = no_window_scale;
  bool sack = false;
  bool timestamps = false;
  bool ecn = false;

  friend bool operator==(const AgreedOptions&, const AgreedOptions&) = default;
};

/// The ends of a connection as the client's packets name them.
struct CookieTuple {
  Address source;
  Address destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
};

/// The class of the largest MSS that is not above the client's; class 0 for any smaller one.
[[nodiscard]] std::uint8_t mss_class(Family family, std::uint16_t mss);
/// The MSS in bytes that a class stands for.
[[nodiscard]] std::uint16_t class_mss(Family family, std::uint8_t index);

/// The window-scale index: 1 to 7 stand for SACK permitted with one of seven scales, 0 for neither
/// scaling nor SACK and for every combination that has no index.
[[nodiscard]] std::uint8_t scale_index(const AgreedOptions& agreed);

/// What remains of an agreement when no timestamps carry it: a combination without an index loses
/// scaling and SACK.
[[nodiscard]] AgreedOptions representable(const AgreedOptions& agreed);

/// The low 6 bits of the TSval of our SYN-ACK; 0 without timestamps.
[[nodiscard]] std::uint8_t timestamp_bits(const AgreedOptions& agreed);

/// The TSval of our SYN-ACK: a millisecond clock in the upper 26 bits.
[[nodiscard]] constexpr std::uint32_t cookie_timestamp(std::uint64_t unix_ms, std::uint8_t bits) {
  return static_cast<std::uint32_t>(unix_ms << 6) | bits;
}

/// The sequence number of our SYN-ACK.
[[nodiscard]] std::uint32_t make_cookie(const SipKey& key, const CookieTuple& tuple,
                                        std::uint64_t slot, const AgreedOptions& agreed,
                                        std::uint32_t client_isn);

struct CookieMatch {
  std::uint64_t slot = 0;  ///< the slot in which the SYN was answered
  AgreedOptions agreed;
};

/// What a number that came back would be if it was a cookie of ours; empty when it cannot be one.
[[nodiscard]] std::optional<CookieMatch> read_cookie(std::uint64_t slot_now, std::uint32_t cookie,
                                                     std::optional<std::uint32_t> echoed_timestamp);

/// Checks a cookie that came back at `slot_now`, with one hash at most. `client_isn` is the ACK's
/// sequence number minus 1. `echoed_timestamp` is the ACK's TSecr if it carries timestamps.
[[nodiscard]] std::optional<CookieMatch> check_cookie(
    const CookieKeys& keys, const CookieTuple& tuple, std::uint64_t slot_now, std::uint32_t cookie,
    std::uint32_t client_isn, std::optional<std::uint32_t> echoed_timestamp);

// The same for the packets of a burst, whose hashes are made together: their messages are added,
// hashed, and looked at one by one.

/// What a slot and an agreement put into a cookie and into the message that it is a hash of.
struct CookieOptions {
  std::uint64_t message_bits = 0;  ///< slot, opt and tsopt, in their places in the last word
  std::uint32_t cookie_bits = 0;   ///< slot, MSS index and scale index, in their places
  bool odd_slot = false;

  CookieOptions() = default;
  CookieOptions(std::uint64_t slot, const AgreedOptions& agreed);
};

void hash_cookies(const SipHashBurst& hashing, const CookieKeys& keys, std::uint64_t slot_now,
                  PacketMessages& messages);

/// The bits of a cookie that are a hash.
inline constexpr std::uint32_t cookie_hash_mask = (1U << 25) - 1;

/// What `make_cookie` gives for the message with this hash.
[[nodiscard]] constexpr std::uint32_t cookie_of_hash(std::uint64_t hash,
                                                     const CookieOptions& options,
                                                     std::uint32_t client_isn) {
  return options.cookie_bits | ((static_cast<std::uint32_t>(hash) + client_isn) & cookie_hash_mask);
}

/// Whether a number that `read_cookie` has read is a cookie: the hash is that of the message which
/// follows from what was read.
[[nodiscard]] constexpr bool cookie_has_hash(std::uint64_t hash, std::uint32_t cookie,
                                             std::uint32_t client_isn) {
  return ((static_cast<std::uint32_t>(hash) + client_isn - cookie) & cookie_hash_mask) == 0;
}

// The message has its multi-byte fields in network order and is read as little-endian words.

/// Both ports of a client's packet as they lie in its TCP header.
[[nodiscard]] inline std::uint32_t cookie_ports(std::uint16_t source, std::uint16_t destination) {
  return be16{source}.raw() | std::uint32_t{be16{destination}.raw()} << 16;
}

[[nodiscard]] inline std::array<std::uint64_t, 2> cookie_message_ipv4(
    const Address& source, const Address& destination, std::uint32_t ports,
    const CookieOptions& options) {
  return {source.ipv4().raw() | std::uint64_t{destination.ipv4().raw()} << 32,
          siphash_last_word(ports | options.message_bits, 15)};
}

[[nodiscard]] inline std::array<std::uint64_t, 5> cookie_message_ipv6(
    const Address& source, const Address& destination, std::uint32_t ports,
    const CookieOptions& options) {
  return {load<std::uint64_t>(source.bytes()), load<std::uint64_t>(source.bytes() + 8),
          load<std::uint64_t>(destination.bytes()), load<std::uint64_t>(destination.bytes() + 8),
          siphash_last_word(ports | options.message_bits, 39)};
}

/// Adds the message that a cookie is a hash of. All slots are the present one or the one before.
inline void add_cookie_message(PacketMessages& messages, std::size_t packet, const Address& source,
                               const Address& destination, std::uint32_t ports,
                               const CookieOptions& options) {
  if (source.is_ipv4()) {
    messages.set_ipv4(packet, cookie_message_ipv4(source, destination, ports, options),
                      options.odd_slot);
  } else {
    messages.set_ipv6(packet, cookie_message_ipv6(source, destination, ports, options),
                      options.odd_slot);
  }
}

}  // namespace sekimori
