#pragma once

#include <cstddef>
#include <cstdint>

#include "common/address.hpp"
#include "common/bytes.hpp"

namespace sekimori {

// The Internet checksum (RFC 1071) and its update (RFC 1624). Sums are kept in the byte order of
// memory, in which one's complement addition gives the same result as in network order (RFC 1071,
// section 2 B).

/// The unfolded sum of `length` bytes. `length` is at most 64 KiB for a packet, so 64 bits cannot
/// overflow.
[[nodiscard]] std::uint64_t checksum_sum(const std::uint8_t* data, std::size_t length);

/// Folds a sum to 16 bits, carries added back in.
[[nodiscard]] constexpr std::uint16_t checksum_fold(std::uint64_t sum) {
  sum = (sum & 0xffffffffU) + (sum >> 32);
  sum = (sum & 0xffffffffU) + (sum >> 32);
  sum = (sum & 0xffffU) + (sum >> 16);
  sum = (sum & 0xffffU) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

/// The field's bytes for a folded sum.
[[nodiscard]] inline be16 checksum_field(std::uint64_t sum) {
  const auto complement = static_cast<std::uint16_t>(~checksum_fold(sum));
  return std::bit_cast<be16>(complement);
}

/// The sum of the pseudo-header of TCP, UDP and ICMPv6 (RFC 9293, section 3.1; RFC 8200,
/// section 8.1).
[[nodiscard]] std::uint64_t pseudo_header_sum(const Address& source, const Address& destination,
                                              std::uint8_t protocol, std::uint32_t length);

/// Changes a checksum for a word of 8, 16 or 32 bits that changes (RFC 1624, equation 3). The word
/// lies at an even offset of what the checksum covers.
template <typename Word>
[[nodiscard]] inline be16 checksum_update(be16 field, Word before, Word after) {
  // 2^32 - 1 is 0 modulo 2^16 - 1, so this complement is a negative number for every width.
  const auto complement = [](std::uint32_t raw) { return std::uint64_t{~raw}; };
  return checksum_field(complement(field.raw()) + complement(before.raw()) +
                        std::uint64_t{after.raw()});
}

}  // namespace sekimori
