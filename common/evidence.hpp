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

/// What a source has sent to one object since it proved that its address is its own, by a cookie or
/// another answer that no forger sees. A source that has proved nothing never appears.
struct SourceLoad {
  Address source;  ///< of IPv6, the /64
  std::uint32_t object_slot = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t connections = 0;
};

}  // namespace sekimori
