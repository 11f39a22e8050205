#pragma once

#include "dataplane/packet/plain_tcp.hpp"
#include "dataplane/packet/syn_ack.hpp"

namespace sekimori {

/// What the answers to a burst's SYNs say. Element i is about packet i.
struct SynAcks {
  std::array<SynAck, max_burst> common;       ///< all but the numbers, at some of the packets
  std::array<std::uint8_t, max_burst> first;  ///< whose element of `common` an answer has
  PlainTcp::Column flags_window{};            ///< in their places in word 4
  PlainTcp::Column sequence{};

  /// Gives the SYNs from `begin` to `end` the answer that packet `from` has.
  void set(std::size_t begin, std::size_t end, std::size_t from) {
    const std::uint64_t word = std::uint64_t{syn_ack_flags(common[from])} << 8 |
                               std::uint64_t{be16{common[from].window}.raw()} << 16;
    for (std::size_t i = begin; i < end; ++i) {
      first[i] = static_cast<std::uint8_t>(from);
      flags_window[i] = word;
    }
  }
};

/// As `answer_in_place` for the plain SYNs in `set`, several at once: the acknowledgement is of the
/// SYN alone.
void answer_plain(std::span<Frame> frames, const PlainTcp& plain, std::uint64_t set,
                  const SynAcks& answers);

}  // namespace sekimori
