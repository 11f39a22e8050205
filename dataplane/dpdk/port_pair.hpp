#pragma once

#include <array>
#include <tl/expected.hpp>
#include <utility>

#include "common/stats_segment.hpp"
#include "dataplane/dpdk/failure.hpp"
#include "dataplane/dpdk/options.hpp"
#include "dataplane/dpdk/packet_pool.hpp"
#include "dataplane/dpdk/port.hpp"

namespace sekimori {

/// Both ports with their queues and buffers.
class PortPair {
 public:
  /// Opens the ports; no packet flows yet.
  static tl::expected<PortPair, Failure> open(const Options& options,
                                              const std::array<PortSpec, 2>& specs);
  tl::expected<void, Failure> start();
  /// Tells the operator when a cable has been plugged in or out since the last call, and shows in
  /// the statistics which links are up.
  void report_links(StatsHeader& header);

  [[nodiscard]] const Port& port(Side side) const { return ports_[static_cast<std::size_t>(side)]; }
  [[nodiscard]] const QueuePlan& plan(Side side) const {
    return plans_[static_cast<std::size_t>(side)];
  }
  [[nodiscard]] rte_mempool& pool() const { return *pool_; }
  [[nodiscard]] bool symmetric_rss() const { return plans_[0].symmetric_rss; }
  [[nodiscard]] bool all_virtual() const {
    return ports_[0].traits().is_virtual && ports_[1].traits().is_virtual;
  }

 private:
  PortPair(std::array<Port, 2> ports, std::array<QueuePlan, 2> plans, PacketPool pool)
      : pool_(std::move(pool)), ports_(std::move(ports)), plans_(plans) {}

  PacketPool pool_;  // before the ports, whose queues hold buffers of it until they are closed
  std::array<Port, 2> ports_;
  std::array<QueuePlan, 2> plans_;
  std::array<bool, 2> links_up_{true, true};
};

}  // namespace sekimori
