#pragma once

#include <cstdint>
#include <memory>

#include "bench/traffic/packet_stream.hpp"
#include "dataplane/dpdk/eal.hpp"
#include "dataplane/dpdk/port_pair.hpp"

namespace sekimori::bench {

/// DPDK's environment and two ports of the driver `net_sekibench`: what is sent vanishes, the
/// inside port receives nothing, and the outside port receives a stream. Each port has a queue for
/// each worker.
class BenchPorts {
 public:
  BenchPorts(bool huge_pages_allowed, unsigned workers);

  /// From now on the outside port receives this stream, which outlives its use.
  void receive(const PacketStream& stream);

  [[nodiscard]] const Port& port(Side side) const { return ports_->port(side); }
  [[nodiscard]] rte_mempool& pool() const { return ports_->pool(); }
  [[nodiscard]] bool uses_huge_pages() const { return eal_->uses_huge_pages(); }

 private:
  std::unique_ptr<Eal> eal_;
  std::unique_ptr<PortPair> ports_;
};

}  // namespace sekimori::bench
