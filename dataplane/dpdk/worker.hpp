#pragma once

#include <rte_common.h>
#include <rte_mbuf.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "common/stats_segment.hpp"
#include "dataplane/dpdk/policy_generations.hpp"
#include "dataplane/dpdk/spreader.hpp"
#include "dataplane/dpdk/transmitter.hpp"
#include "dataplane/packet/card_marks.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/pipeline/pipeline.hpp"

namespace sekimori {

/// What one worker uses of one port.
struct WorkerPort {
  std::uint16_t id = 0;
  std::vector<std::uint16_t> receive_queues;
  std::uint16_t transmit_queue = 0;
  ChecksumHint unmarked = ChecksumHint::verify;  ///< for packets that the port has not marked
  bool card = false;                             ///< a card stands in front of it
};

/// Everything that a worker is connected to; all of it outlives the worker.
struct WorkerWiring {
  unsigned index = 0;
  std::array<WorkerPort, 2> ports;  ///< by `Side`
  Pipeline* pipeline = nullptr;     ///< this worker's own
  WorkerStats* stats = nullptr;     ///< this worker's own
  PolicyGenerations* policies = nullptr;
  rte_mempool* pool = nullptr;
  Spreader* spreader = nullptr;  ///< none when the ports bring each packet to its owner
  std::uint32_t idle_sleep_us = 0;
};

/// Tells all workers to stop, and each when the others hand nothing over any more. The main thread
/// writes `requested`; every worker counts itself out of `receiving` once.
struct StopLine {
  std::atomic<bool> requested{false};
  std::atomic<unsigned> receiving{0};
};

/// One lcore's packet loop. It shares nothing with other workers but the spreader's rings and the
/// policy, which it only reads. Aligned, because workers lie beside each other.
class alignas(RTE_CACHE_LINE_SIZE) Worker {
 public:
  explicit Worker(WorkerWiring wiring);

  /// Turns until the line is stopped and nothing that was received is left.
  void run(StopLine& line);

  /// One turn: a burst from every queue, decided and sent, and timers when they are due. Returns
  /// the number of packets taken in. The caller has entered the policy generations.
  std::size_t turn() { return turn(Receiving::on); }

 private:
  enum class Receiving : bool { off, on };

  std::size_t turn(Receiving receiving);
  /// Reads a burst from a queue and keeps what belongs here; `taken` grows by all of it.
  std::span<rte_mbuf*> receive(Side side, std::uint16_t queue, std::size_t& taken);
  std::span<rte_mbuf*> take_handed_over(Side side, unsigned from, std::size_t& taken);
  void scrub(Side side, std::span<rte_mbuf*> burst, const PolicyTables& policy, const Now& now);
  const CardMarks* take_metadata(std::span<rte_mbuf*> burst);
  void send_outbox();

  WorkerWiring wiring_;
  std::array<Transmitter, 2> transmitters_;  ///< by `Side`
  std::uint64_t next_tick_ns_ = 0;
  // The burst at hand, here and not on the stack so that nothing is cleared for each.
  std::array<rte_mbuf*, max_burst> burst_{};
  std::array<Frame, max_burst> frames_{};
  std::array<Decision, max_burst> decisions_{};
  CardMarks marks_{};
};

}  // namespace sekimori
