#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "common/address.hpp"
#include "common/bytes.hpp"

namespace sekimori {

// The Internet checksum (RFC 1071) and its update (RFC 1624). Sums are kept in the byte order of
// memory, in which one's complement addition gives the same result as in network order (RFC 1071,
// section 2 B).

/// A 64-bit word as the sum of its halves: the same sum, with room for more to be added.
[[nodiscard]] constexpr std::uint64_t checksum_halves(std::uint64_t word) {
  return (word & 0xffffffffU) + (word >> 32);
}

/// As `checksum_sum`, for runs that are worth the vector unit.
[[nodiscard]] std::uint64_t checksum_sum_long(const std::uint8_t* data, std::size_t length);

/// The unfolded sum of up to 64 KiB, small enough that a few may be added. A last odd byte counts
/// as if a zero followed it.
[[nodiscard]] inline std::uint64_t checksum_sum(const std::uint8_t* data, std::size_t length) {
  constexpr std::size_t worth_vectors = 128;
  if (length >= worth_vectors) return checksum_sum_long(data, length);
  std::uint64_t sum = 0;
  // What is carried out at the top comes back in at the bottom.
  const auto add = [&sum](std::uint64_t word) {
    sum += word;
    sum += sum < word ? 1 : 0;
  };
  for (; length >= 8; data += 8, length -= 8) add(load<std::uint64_t>(data));
  if ((length & 4) != 0) {
    add(load<std::uint32_t>(data));
    data += 4;
  }
  if ((length & 2) != 0) {
    add(load<std::uint16_t>(data));
    data += 2;
  }
  if ((length & 1) != 0) add(*data);
  return checksum_halves(sum);
}

/// The sum of `Length` bytes, a multiple of 4 that is known beforehand, without a loop.
template <std::size_t Length>
[[nodiscard]] inline std::uint64_t checksum_sum_of(const std::uint8_t* data) {
  static_assert(Length % 4 == 0 && Length <= 64);
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < Length; at += 4) sum += load<std::uint32_t>(data + at);
  return sum;
}

/// Folds a sum to 16 bits, carries added back in.
[[nodiscard]] constexpr std::uint16_t checksum_fold(std::uint64_t sum) {
  // Added to itself with its halves exchanged, a number has the sum of both halves on top, with the
  // carry that the same sum below has left.
  const auto halves = static_cast<std::uint32_t>((sum + std::rotl(sum, 32)) >> 32);
  return static_cast<std::uint16_t>((halves + std::rotl(halves, 16)) >> 16);
}

/// The field's bytes for a folded sum.
[[nodiscard]] inline be16 checksum_field(std::uint64_t sum) {
  const auto complement = static_cast<std::uint16_t>(~checksum_fold(sum));
  return std::bit_cast<be16>(complement);
}

/// The sum of the pseudo-header of TCP, UDP and ICMPv6 (RFC 9293, section 3.1; RFC 8200,
/// section 8.1). Both addresses are of one family.
[[nodiscard]] inline std::uint64_t pseudo_header_sum(const Address& source,
                                                     const Address& destination,
                                                     std::uint8_t protocol, std::uint32_t length) {
  std::uint64_t sum = std::uint64_t{be32{length}.raw()} + be16{protocol}.raw();
  if (source.is_ipv4()) return sum + source.ipv4().raw() + destination.ipv4().raw();
  for (const Address* address : {&source, &destination}) {
    sum += checksum_halves(load<std::uint64_t>(address->bytes()));
    sum += checksum_halves(load<std::uint64_t>(address->bytes() + 8));
  }
  return sum;
}

/// What taking a word of at most 32 bits away adds to a sum: 2^32 - 1 is 0 modulo 2^16 - 1, so this
/// is a negative number for every width.
[[nodiscard]] constexpr std::uint64_t checksum_complement(std::uint32_t word) {
  return ~word;
}

/// Changes a checksum as what it covers has changed its sum (RFC 1624, equation 3).
[[nodiscard]] inline be16 checksum_update(be16 field, std::uint64_t difference) {
  return checksum_field(checksum_complement(field.raw()) + difference);
}
/// The same for a word of 8, 16 or 32 bits at an even offset of what the checksum covers.
template <typename Word>
[[nodiscard]] inline be16 checksum_update(be16 field, Word before, Word after) {
  return checksum_update(field, checksum_complement(before.raw()) + after.raw());
}

}  // namespace sekimori
