#pragma once

#include "dataplane/packet/plain_tcp.hpp"
#include "dataplane/packet/syn_ack.hpp"

namespace sekimori {

/// What the answers to a burst's SYNs say. Element i is about packet i.
struct SynAcks {
  std::array<SynAck, max_burst> common;       ///< all but the numbers, at the first of a request
  std::array<std::uint8_t, max_burst> first;  ///< the request that a SYN belongs to
  PlainTcp::Column flags_window{};            ///< in their places in word 4
  PlainTcp::Column sequence{};

  /// Gives the SYNs from `begin` to `end` one answer but for its numbers.
  void set(std::size_t begin, std::size_t end, const SynAck& answer) {
    common[begin] = answer;
    const std::uint64_t word = syn_ack_flags(answer) << 8 | std::uint64_t{be16{answer.window}.raw()}
                                                                << 16;
    for (std::size_t i = begin; i < end; ++i) {
      first[i] = static_cast<std::uint8_t>(begin);
      flags_window[i] = word;
    }
  }
};

/// As `answer_in_place` for the plain SYNs in `set`, several at once: the acknowledgement is of the
/// SYN alone.
void answer_plain(std::span<Frame> frames, const PlainTcp& plain, std::uint64_t set,
                  const SynAcks& answers);

}  // namespace sekimori
