#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "common/address.hpp"
#include "common/outcomes.hpp"

namespace sekimori {

/// One packet from outside, taken by chance before anything was changed in it, with what became of
/// it. The samples of a second stand for all packets of that second: their weights add up to about
/// their number.
struct PacketSample {
  static constexpr std::size_t max_captured = 128;

  std::uint64_t unix_ns = 0;
  std::uint32_t object_slot = 0;
  std::uint32_t weight = 0;  ///< packets of any object that this one stands for, itself included
  std::uint32_t wire_bytes = 0;  ///< the whole frame's
  std::uint16_t captured_bytes = 0;
  Verdict verdict = Verdict::forward;
  DropReason reason{};  ///< when dropped
  std::array<std::uint8_t, max_captured> frame{};

  [[nodiscard]] std::span<const std::uint8_t> captured() const {
    return std::span{frame}.first(captured_bytes);
  }
};

/// What a source has sent to one object since it was entered, and that others could only have sent
/// in its name if they had guessed its numbers: connections that a cookie opened and the segments
/// within them, and other proofs with a cookie. Connections are all counted; segments by a sample
/// of bursts, so packets and bytes are right on average. A source that has proved nothing never
/// appears. There are places for so many sources; the smallest makes way and begins anew when it
/// comes again, so numbers may also fall.
struct SourceLoad {
  Address source;  ///< of IPv6, the /64
  std::uint32_t object_slot = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t connections = 0;
};

}  // namespace sekimori
