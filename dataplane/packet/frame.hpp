#pragma once

#include <cstddef>
#include <cstdint>

#include "common/outcomes.hpp"

namespace sekimori {

/// The side of the box that a port is on.
enum class Side : std::uint8_t { outside, inside };

[[nodiscard]] constexpr Side opposite(Side side) {
  return side == Side::outside ? Side::inside : Side::outside;
}

/// What is known about a frame's transport checksum before software looks at it.
enum class ChecksumHint : std::uint8_t {
  verify,         ///< nothing: software verifies
  good,           ///< the port has verified it
  allow_partial,  ///< a virtual port: verify, but take a pseudo-header sum as "not computed yet"
};

/// A contiguous Ethernet frame, without FCS, that somebody else owns.
struct Frame {
  std::uint8_t* data = nullptr;
  std::uint32_t length = 0;
  /// Bytes from `data` on that may be written; at least `length`. Replies grow into them.
  std::uint32_t capacity = 0;
  ChecksumHint checksum = ChecksumHint::verify;
};

/// The room that a port leaves for a reply in place: Ethernet, two VLAN tags, IPv6, TCP with all
/// options.
inline constexpr std::size_t reply_capacity = 14 + 8 + 40 + 60;

/// What became of a frame. `reason` has a meaning for `Verdict::drop` only.
struct Decision {
  Verdict verdict = Verdict::forward;
  DropReason reason{};
};

/// The largest burst that the pipeline takes.
inline constexpr std::size_t max_burst = 64;

}  // namespace sekimori
