#pragma once

#include <rte_mbuf.h>

#include <array>
#include <cstdint>

#include "common/outcomes.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori {

/// Collects what one worker sends through one port, hands it over in bursts and counts it.
class Transmitter {
 public:
  Transmitter(Side side, std::uint16_t port, std::uint16_t queue, WorkerStats& stats);

  void add(rte_mbuf* packet) {
    if (count_ == packets_.size()) flush();
    packets_[count_++] = packet;
  }
  /// Packets that the port refuses several times are freed and counted as lost.
  void flush();

 private:
  std::uint16_t port_;
  std::uint16_t queue_;
  std::uint16_t count_ = 0;
  Counter packet_counter_;
  Counter byte_counter_;
  WorkerStats& stats_;
  std::array<rte_mbuf*, max_burst> packets_{};
};

}  // namespace sekimori
