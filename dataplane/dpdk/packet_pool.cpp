#include "dataplane/dpdk/packet_pool.hpp"

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <bit>
#include <string>

#include "common/card_metadata.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori {

namespace {

/// What a queue holds beside its descriptors; AF_XDP keeps rings of its own of this length.
constexpr unsigned driver_ring_packets = 2048;
constexpr unsigned cache_packets = 256;
/// Packets on their way to a worker from the others.
constexpr unsigned handed_over_packets = 1024;
/// Bursts in the hands of a worker: received, to be sent on either side, made by the pipeline.
constexpr unsigned bursts_in_hand = 8;
/// Ethernet header, a card's metadata and two VLAN tags.
constexpr unsigned link_header_bytes = 14 + metadata::bytes + 8;
constexpr unsigned usual_room_bytes = 2048;

}  // namespace

tl::expected<PacketPool, Failure> make_packet_pool(std::span<const QueuePlan> plans,
                                                   unsigned workers, std::uint16_t mtu) {
  unsigned packets =
      workers * (2 * cache_packets + handed_over_packets + bursts_in_hand * max_burst);
  for (const QueuePlan& plan : plans) {
    packets += (plan.receive + plan.transmit) * driver_ring_packets;
  }
  // A pool is most compact with one less than a power of two.
  packets = std::bit_ceil(packets) - 1;
  const unsigned room = std::max(usual_room_bytes, (link_header_bytes + mtu + 63U) / 64 * 64);
  static_assert(reply_capacity <= usual_room_bytes);

  PacketPool pool{rte_pktmbuf_pool_create("packets", packets, cache_packets, 0,
                                          static_cast<std::uint16_t>(RTE_PKTMBUF_HEADROOM + room),
                                          SOCKET_ID_ANY)};
  if (pool == nullptr) {
    return refused("no memory for " + std::to_string(packets) + " packets of " +
                   std::to_string(room) + " bytes (" + rte_strerror(rte_errno) +
                   "); raise /proc/sys/vm/nr_hugepages, run fewer workers or use --no-huge");
  }
  return pool;
}

}  // namespace sekimori
