#pragma once

#include <rte_ethdev.h>

#include <cstdint>
#include <memory>

#include "bench/pipeline/packet_stream.hpp"
#include "dataplane/dpdk/eal.hpp"
#include "dataplane/dpdk/port_pair.hpp"

namespace sekimori::bench {

/// DPDK's environment and two in-memory ports: what is sent vanishes, the inside port receives
/// nothing, and the outside port receives a stream.
class BenchPorts {
 public:
  explicit BenchPorts(bool huge_pages_allowed);
  BenchPorts(const BenchPorts&) = delete;
  BenchPorts& operator=(const BenchPorts&) = delete;
  ~BenchPorts();

  /// From now on the outside port receives this stream, which outlives its use.
  void receive(PacketStream& stream) { stream_ = &stream; }

  [[nodiscard]] const Port& port(Side side) const { return ports_->port(side); }
  [[nodiscard]] rte_mempool& pool() const { return ports_->pool(); }
  [[nodiscard]] bool uses_huge_pages() const { return eal_->uses_huge_pages(); }

 private:
  static std::uint16_t fill(std::uint16_t port, std::uint16_t queue, rte_mbuf** packets,
                            std::uint16_t count, std::uint16_t room, void* self);

  std::unique_ptr<Eal> eal_;
  std::unique_ptr<PortPair> ports_;
  const rte_eth_rxtx_callback* callback_ = nullptr;
  PacketStream* stream_ = nullptr;
};

}  // namespace sekimori::bench
