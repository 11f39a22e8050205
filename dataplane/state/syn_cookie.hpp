#pragma once

#include <cstdint>
#include <optional>

#include "common/address.hpp"
#include "common/cookie_keys.hpp"
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

/// Checks a cookie that came back at `slot_now`, with one hash at most. `client_isn` is the ACK's
/// sequence number minus 1. `echoed_timestamp` is the ACK's TSecr if it carries timestamps.
[[nodiscard]] std::optional<CookieMatch> check_cookie(
    const CookieKeys& keys, const CookieTuple& tuple, std::uint64_t slot_now, std::uint32_t cookie,
    std::uint32_t client_isn, std::optional<std::uint32_t> echoed_timestamp);

}  // namespace sekimori
