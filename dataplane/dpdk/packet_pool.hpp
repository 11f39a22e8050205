#pragma once

#include <rte_mempool.h>

#include <cstdint>
#include <memory>
#include <span>
#include <tl/expected.hpp>

#include "dataplane/dpdk/failure.hpp"
#include "dataplane/dpdk/port.hpp"

namespace sekimori {

struct FreePool {
  void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};
using PacketPool = std::unique_ptr<rte_mempool, FreePool>;

/// Packet buffers for everything that can hold one at a time: queues, rings between workers, lcore
/// caches. One buffer holds a whole frame of `mtu` and room for a reply.
tl::expected<PacketPool, Failure> make_packet_pool(std::span<const QueuePlan> plans,
                                                   unsigned workers, std::uint16_t mtu);

}  // namespace sekimori
