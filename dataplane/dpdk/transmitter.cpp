#include "dataplane/dpdk/transmitter.hpp"

#include <rte_ethdev.h>

namespace sekimori {

namespace {

/// A full queue empties at the speed of the wire; a port that takes nothing this often in a row is
/// down or overloaded.
constexpr unsigned refusals_in_a_row = 8;

}  // namespace

Transmitter::Transmitter(Side side, std::uint16_t port, std::uint16_t queue, WorkerStats& stats)
    : port_(port),
      queue_(queue),
      packet_counter_(side == Side::outside ? Counter::sent_outside_packets
                                            : Counter::sent_inside_packets),
      byte_counter_(side == Side::outside ? Counter::sent_outside_bytes
                                          : Counter::sent_inside_bytes),
      stats_(stats) {}

void Transmitter::flush() {
  if (count_ == 0) return;
  // A packet that is sent is the driver's, so its length is read before.
  std::uint64_t bytes = 0;
  for (std::uint16_t i = 0; i < count_; ++i) bytes += packets_[i]->pkt_len;

  std::uint16_t sent = 0;
  for (unsigned refusals = 0; sent < count_ && refusals < refusals_in_a_row;) {
    const std::uint16_t taken = rte_eth_tx_burst(port_, queue_, packets_.data() + sent,
                                                 static_cast<std::uint16_t>(count_ - sent));
    sent = static_cast<std::uint16_t>(sent + taken);
    refusals = taken == 0 ? refusals + 1 : 0;
  }
  if (sent < count_) {
    const auto lost = static_cast<unsigned>(count_ - sent);
    for (std::uint16_t i = sent; i < count_; ++i) bytes -= packets_[i]->pkt_len;
    rte_pktmbuf_free_bulk(packets_.data() + sent, lost);
    sekimori::add(stats_.transmit_lost_packets, lost);
  }
  stats_.count(packet_counter_, sent);
  stats_.count(byte_counter_, bytes);
  count_ = 0;
}

}  // namespace sekimori
