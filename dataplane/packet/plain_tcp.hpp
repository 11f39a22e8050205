#pragma once

#include <immintrin.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/packet/parse.hpp"

namespace sekimori {

// Most of the traffic, and nearly all of an attack, is plain: Ethernet without tags, IPv4 without
// options or IPv6 without extension headers, a whole TCP segment. Such frames are taken apart into
// columns, one for each 8 bytes of header with an element for each packet of the burst, on which
// vector instructions work on several packets at once.

/// The headers of a burst's plain frames, in words as they lie in memory, so byte n of a word is
/// its bits 8n to 8n+7:
///
///     word 0   IPv4: version and header length, TOS, total length, identification, fragment
///              IPv6: version, traffic class and flow label, payload length, next header, hop limit
///     word 1   IPv4: TTL, protocol, checksum, source
///              IPv6: last eight bytes of the source
///     word 2   last four bytes of the destination, source port, destination port
///     word 3   sequence number, acknowledgement number
///     word 4   data offset, flags, window, checksum, urgent pointer
///
/// Element i is about packet i. What is no plain frame has undefined elements.
struct alignas(64) PlainTcp {
  static constexpr std::size_t words = 5;
  using Column = std::array<std::uint64_t, max_burst>;
  using Ipv6Column = std::array<Column, 2>;  ///< addresses by halves

  std::array<Column, words> word{};
  std::uint64_t ipv6 = 0;  ///< the set of those over IPv6, which alone have the addresses below
  Ipv6Column ipv6_source{};
  Ipv6Column ipv6_destination{};
  Column room{};                   ///< bytes of the frame behind the Ethernet header
  Column rest_sum{};               ///< checksum over TCP options and payload
  Column verified{};               ///< all ones if the port has verified the checksum, else 0
  Column offers{};                 ///< what the TCP options offer, as `TcpOptions::offer`
  std::uint64_t with_options = 0;  ///< the set of those with TCP options, which alone are read
  std::array<TcpOptions, max_burst> options_read{};
  static constexpr TcpOptions no_options{};

  [[nodiscard]] const TcpOptions& options(std::size_t i) const {
    return (with_options >> i & 1) != 0 ? options_read[i] : no_options;
  }
  [[nodiscard]] bool is_ipv6(std::size_t i) const { return (ipv6 >> i & 1) != 0; }
  [[nodiscard]] Address source(std::size_t i) const {
    return is_ipv6(i) ? ipv6_address(ipv6_source, i)
                      : ipv4_address(static_cast<std::uint32_t>(word[1][i] >> 32));
  }
  [[nodiscard]] Address destination(std::size_t i) const {
    return is_ipv6(i) ? ipv6_address(ipv6_destination, i)
                      : ipv4_address(static_cast<std::uint32_t>(word[2][i]));
  }
  [[nodiscard]] std::uint16_t source_port(std::size_t i) const {
    return __builtin_bswap16(static_cast<std::uint16_t>(word[2][i] >> 32));
  }
  [[nodiscard]] std::uint16_t destination_port(std::size_t i) const {
    return __builtin_bswap16(static_cast<std::uint16_t>(word[2][i] >> 48));
  }
  [[nodiscard]] std::uint8_t flags(std::size_t i) const {
    return static_cast<std::uint8_t>(word[4][i] >> 8);
  }
  [[nodiscard]] std::uint32_t sequence(std::size_t i) const {
    return __builtin_bswap32(static_cast<std::uint32_t>(word[3][i]));
  }
  [[nodiscard]] std::uint32_t acknowledgement(std::size_t i) const {
    return __builtin_bswap32(static_cast<std::uint32_t>(word[3][i] >> 32));
  }
  /// Where the TCP header begins, in the frame.
  [[nodiscard]] std::size_t tcp_offset(std::size_t i) const {
    return sizeof(EthernetHeader) + (is_ipv6(i) ? sizeof(Ipv6Header) : sizeof(Ipv4Header));
  }
  [[nodiscard]] std::size_t tcp_header_length(std::size_t i) const {
    return (word[4][i] >> 4 & 0xf) * 4;
  }

 private:
  static Address ipv4_address(std::uint32_t raw) {
    return Address::from_ipv4(std::bit_cast<be32>(raw));
  }
  static Address ipv6_address(const Ipv6Column& address, std::size_t i) {
    std::array<std::uint8_t, 16> bytes;
    store(bytes.data(), address[0][i]);
    store(bytes.data() + 8, address[1][i]);
    return Address::from_ipv6(bytes.data());
  }
};

inline constexpr std::size_t plain_ip_offset = sizeof(EthernetHeader);

/// Several elements of a column.
using Lanes [[gnu::vector_size(32)]] = std::uint64_t;
inline constexpr std::size_t lanes = sizeof(Lanes) / sizeof(std::uint64_t);

[[nodiscard]] inline Lanes load_lanes(const PlainTcp::Column& column, std::size_t at) {
  Lanes result;
  std::memcpy(&result, &column[at], sizeof(result));
  return result;
}
inline void store_lanes(PlainTcp::Column& column, std::size_t at, const Lanes& values) {
  std::memcpy(&column[at], &values, sizeof(values));
}
/// The set of those elements, from the lowest bit on, that a comparison has found true.
[[nodiscard]] inline std::uint64_t set_of(const Lanes& comparison) {
  return static_cast<std::uint64_t>(_mm256_movemask_pd(reinterpret_cast<__m256d>(comparison)));
}
/// Whether any of the elements from `at` on is in the set.
[[nodiscard]] constexpr bool any_of(std::uint64_t set, std::size_t at) {
  return (set >> at & ((1U << lanes) - 1)) != 0;
}
/// All ones in those elements, from `at` on, that are in the set, and zeros in the others.
[[nodiscard]] inline Lanes lanes_of(std::uint64_t set, std::size_t at) {
  constexpr Lanes numbers{0, 1, 2, 3};
  return -((Lanes{} + (set >> at)) >> numbers & 1);
}
/// The elements of one or of the other, as a mask says.
[[nodiscard]] inline Lanes select(const Lanes& mask, const Lanes& where_set,
                                  const Lanes& where_not) {
  return (mask & where_set) | (~mask & where_not);
}
/// The bytes of each 32-bit half of each element in reverse order: to the network's order and back.
[[nodiscard]] inline Lanes swap_32(const Lanes& values) {
  using ByteLanes [[gnu::vector_size(32)]] = char;
  const auto bytes = reinterpret_cast<ByteLanes>(values);
  return reinterpret_cast<Lanes>(
      __builtin_shufflevector(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
                              19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, 29, 28));
}
/// The same for each 16-bit quarter.
[[nodiscard]] inline Lanes swap_16(const Lanes& values) {
  return (values >> 8 & 0x00ff00ff00ff00ffU) | (values << 8 & 0xff00ff00ff00ff00U);
}
/// 64-bit words as the sums of their halves, for checksums.
[[nodiscard]] inline Lanes sum_of_halves(const Lanes& words) {
  return (words & 0xffffffffU) + (words >> 32);
}
/// Sums of less than 2^16 words of 32 bits, folded to 16 bits with their carries.
[[nodiscard]] inline Lanes fold_lanes(const Lanes& sum) {
  const Lanes once = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
  const Lanes twice = (once & 0xffff) + (once >> 16);
  return (twice & 0xffff) + (twice >> 16);
}

/// The sum of IPv6 addresses, for checksums.
[[nodiscard]] inline Lanes sum_of_addresses(const PlainTcp::Ipv6Column& addresses, std::size_t at) {
  return sum_of_halves(load_lanes(addresses[0], at)) + sum_of_halves(load_lanes(addresses[1], at));
}

/// Takes the plain frames of a burst of at most `max_burst` apart. Returns the set of them, bit i
/// for frame i: those that `parse` would find no fault with. Every other frame, wrong or only
/// uncommon, is for `parse`, which knows the reasons.
std::uint64_t take_plain(std::span<const Frame> frames, PlainTcp& plain);

/// Of the first `count` packets, the set of those with `flags` among the flags in `mask`.
[[nodiscard]] std::uint64_t with_flags(const PlainTcp& plain, std::size_t count, unsigned mask,
                                       unsigned flags);

/// Of the first `count` packets, the set of the first and of those whose address is another than
/// that of the packet before them.
[[nodiscard]] std::uint64_t source_changes(const PlainTcp& plain, std::size_t count);
[[nodiscard]] std::uint64_t destination_changes(const PlainTcp& plain, std::size_t count);

/// Of the first `count` packets, the set of those that go to the same port of the same address, and
/// offer the same TCP options, as the packet before them.
[[nodiscard]] std::uint64_t same_as_before(const PlainTcp& plain, std::size_t count);

/// What `parse` gives for plain frame i.
[[nodiscard]] Headers headers_of(const PlainTcp& plain, std::size_t i);

}  // namespace sekimori
