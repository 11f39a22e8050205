// The driver net_sekibench, see source.hpp.

#include <ethdev_driver.h>
#include <ethdev_vdev.h>
#include <immintrin.h>
#include <rte_kvargs.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include "bench/source/source.hpp"
#include "bench/traffic/stream_file.hpp"

namespace sekimori::bench {
namespace {

constexpr unsigned max_queues = 16;
constexpr std::uint16_t smallest_buffer = RTE_PKTMBUF_HEADROOM + written_room;

struct Counts {
  std::atomic<std::uint64_t> packets{0};
  std::atomic<std::uint64_t> bytes{0};

  /// By the queue's only user.
  void add(std::uint64_t more_packets, std::uint64_t more_bytes) {
    packets.store(packets.load(std::memory_order_relaxed) + more_packets,
                  std::memory_order_relaxed);
    bytes.store(bytes.load(std::memory_order_relaxed) + more_bytes, std::memory_order_relaxed);
  }
};

struct alignas(RTE_CACHE_LINE_SIZE) ReceiveQueue {
  StreamView stream;
  std::uint64_t next = 0;  ///< packet of the stream
  rte_mempool* pool = nullptr;
  /// The first fields of a buffer that holds a received packet: where the data begins, one
  /// reference, one segment, the port.
  std::uint64_t rearm = 0;
  Counts counts;
};

struct alignas(RTE_CACHE_LINE_SIZE) SendQueue {
  Counts counts;
};

struct Device {
  StreamFile file;
  StreamView stream;
  std::array<ReceiveQueue, max_queues> receive;
  std::array<SendQueue, max_queues> send;
  rte_ether_addr address{};
};

/// In DPDK's memory lies only the pointer, as DPDK frees that memory without a destructor.
Device& device_of(const rte_eth_dev& port) {
  return **static_cast<Device**>(port.data->dev_private);
}

// --- packets -------------------------------------------------------------------------------------

std::uint64_t rearm_value(std::uint16_t port) {
  rte_mbuf packet{};
  packet.data_off = RTE_PKTMBUF_HEADROOM;
  rte_mbuf_refcnt_set(&packet, 1);
  packet.nb_segs = 1;
  packet.port = port;
  std::uint64_t value = 0;
  std::memcpy(&value, reinterpret_cast<const char*>(&packet) + offsetof(rte_mbuf, rearm_data),
              sizeof value);
  return value;
}

/// Sets what a driver sets in a buffer that it has just taken from its pool. No checksum is marked
/// as checked, so whoever wants to know has to do it in software.
void describe(rte_mbuf& packet, std::uint64_t rearm, std::uint16_t length) {
  std::memcpy(reinterpret_cast<char*>(&packet) + offsetof(rte_mbuf, rearm_data), &rearm,
              sizeof rearm);
  packet.ol_flags = 0;
  packet.packet_type = 0;
  packet.pkt_len = length;
  packet.data_len = length;
}

/// Writes `count` packets that follow each other in the stream. The frame stays in registers.
template <unsigned frame_blocks, unsigned patch_blocks>
void write_packets(const ReceiveQueue& queue, rte_mbuf** packets, std::size_t count) {
  const StreamHeader& header = *queue.stream.header;
  struct Block {
    __m256i value;
  };
  std::array<Block, frame_blocks> frame;
  const auto* const from = reinterpret_cast<const __m256i*>(header.frame.data());
  for (unsigned i = 0; i < frame_blocks; ++i) frame[i].value = _mm256_load_si256(from + i);
  const PatchBlock* patch = queue.stream.patches + queue.next * patch_blocks;
  const std::uint16_t length = header.frame_length;
  const std::uint16_t patch_offset = header.patch_offset;
  const std::uint64_t rearm = queue.rearm;

  for (std::size_t n = 0; n < count; ++n, patch += patch_blocks) {
    rte_mbuf& packet = *packets[n];
    describe(packet, rearm, length);
    auto* const data = static_cast<std::uint8_t*>(packet.buf_addr) + RTE_PKTMBUF_HEADROOM;
    for (unsigned i = 0; i < frame_blocks; ++i) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(data) + i, frame[i].value);
    }
    auto* const to = reinterpret_cast<__m256i*>(data + patch_offset);
    for (unsigned i = 0; i < patch_blocks; ++i) {
      _mm256_storeu_si256(to + i, _mm256_load_si256(reinterpret_cast<const __m256i*>(patch + i)));
    }
  }
}

void write_next(ReceiveQueue& queue, rte_mbuf** packets, std::size_t count) {
  const StreamHeader& header = *queue.stream.header;
  const bool short_frame = header.frame_length <= 2 * sizeof(PatchBlock);
  if (header.patch_blocks == 1) {
    short_frame ? write_packets<2, 1>(queue, packets, count)
                : write_packets<3, 1>(queue, packets, count);
  } else {
    short_frame ? write_packets<2, 2>(queue, packets, count)
                : write_packets<3, 2>(queue, packets, count);
  }
  queue.next += count;
  if (queue.next == header.packets) queue.next = 0;
}

std::uint16_t receive(void* queue_pointer, rte_mbuf** packets, std::uint16_t count) {
  ReceiveQueue& queue = *static_cast<ReceiveQueue*>(queue_pointer);
  if (queue.stream.header == nullptr || count == 0) return 0;
  if (rte_mempool_get_bulk(queue.pool, reinterpret_cast<void**>(packets), count) != 0) return 0;
  for (std::size_t done = 0; done < count;) {
    const std::size_t run =
        std::min<std::uint64_t>(count - done, queue.stream.header->packets - queue.next);
    write_next(queue, packets + done, run);
    done += run;
  }
  queue.counts.add(count, std::uint64_t{count} * queue.stream.header->frame_length);
  return count;
}

std::uint16_t send(void* queue_pointer, rte_mbuf** packets, std::uint16_t count) {
  SendQueue& queue = *static_cast<SendQueue*>(queue_pointer);
  std::uint64_t bytes = 0;
  for (std::uint16_t i = 0; i < count; ++i) bytes += packets[i]->pkt_len;
  rte_pktmbuf_free_bulk(packets, count);
  queue.counts.add(count, bytes);
  return count;
}

// --- the port ------------------------------------------------------------------------------------

int configure(rte_eth_dev* /*port*/) {
  return 0;
}

void begin_streams(rte_eth_dev& port) {
  Device& device = device_of(port);
  const std::uint16_t queues = port.data->nb_rx_queues;
  for (std::uint16_t i = 0; i < queues; ++i) {
    device.receive[i].stream = device.stream;
    device.receive[i].next =
        device.stream.header == nullptr ? 0 : device.stream.header->packets * i / queues;
  }
}

int start(rte_eth_dev* port) {
  begin_streams(*port);
  port->data->dev_link.link_status = RTE_ETH_LINK_UP;
  return 0;
}

int stop(rte_eth_dev* port) {
  port->data->dev_link.link_status = RTE_ETH_LINK_DOWN;
  return 0;
}

int close(rte_eth_dev* port) {
  delete &device_of(*port);
  port->data->mac_addrs = nullptr;  // it lay in the device
  return 0;
}

int info(rte_eth_dev* port, rte_eth_dev_info* info) {
  info->max_mac_addrs = 1;
  info->min_mtu = RTE_ETHER_MIN_MTU;
  info->max_mtu = RTE_ETHER_MTU;
  info->max_rx_pktlen = RTE_ETHER_MAX_LEN;
  info->min_rx_bufsize = smallest_buffer;
  info->max_rx_queues = max_queues;
  info->max_tx_queues = max_queues;
  info->device = port->device;
  return 0;
}

int set_up_receive_queue(rte_eth_dev* port, std::uint16_t index, std::uint16_t /*descriptors*/,
                         unsigned /*socket*/, const rte_eth_rxconf* /*settings*/,
                         rte_mempool* pool) {
  if (rte_pktmbuf_data_room_size(pool) < smallest_buffer) return -EINVAL;
  ReceiveQueue& queue = device_of(*port).receive[index];
  queue.pool = pool;
  queue.rearm = rearm_value(port->data->port_id);
  port->data->rx_queues[index] = &queue;
  return 0;
}

int set_up_send_queue(rte_eth_dev* port, std::uint16_t index, std::uint16_t /*descriptors*/,
                      unsigned /*socket*/, const rte_eth_txconf* /*settings*/) {
  port->data->tx_queues[index] = &device_of(*port).send[index];
  return 0;
}

int update_link(rte_eth_dev* /*port*/, int /*wait*/) {
  return 0;
}

int accept_all(rte_eth_dev* /*port*/) {
  return 0;
}

int set_mtu(rte_eth_dev* /*port*/, std::uint16_t /*mtu*/) {
  return 0;
}

int statistics(rte_eth_dev* port, rte_eth_stats* stats) {
  const Device& device = device_of(*port);
  for (const ReceiveQueue& queue : device.receive) {
    stats->ipackets += queue.counts.packets.load(std::memory_order_relaxed);
    stats->ibytes += queue.counts.bytes.load(std::memory_order_relaxed);
  }
  for (const SendQueue& queue : device.send) {
    stats->opackets += queue.counts.packets.load(std::memory_order_relaxed);
    stats->obytes += queue.counts.bytes.load(std::memory_order_relaxed);
  }
  return 0;
}

const eth_dev_ops& operations() {
  static const eth_dev_ops all = [] {
    eth_dev_ops ops{};
    ops.dev_configure = configure;
    ops.dev_start = start;
    ops.dev_stop = stop;
    ops.dev_close = close;
    ops.dev_infos_get = info;
    ops.link_update = update_link;
    ops.promiscuous_enable = accept_all;
    ops.promiscuous_disable = accept_all;
    ops.allmulticast_enable = accept_all;
    ops.allmulticast_disable = accept_all;
    ops.mtu_set = set_mtu;
    ops.stats_get = statistics;
    ops.rx_queue_setup = set_up_receive_queue;
    ops.tx_queue_setup = set_up_send_queue;
    return ops;
  }();
  return all;
}

// --- the driver ----------------------------------------------------------------------------------

/// Opens the file of the argument `stream`, if there is one.
int read_arguments(const char* text, Device& device) {
  constexpr std::array<const char*, 2> known{"stream", nullptr};
  rte_kvargs* const arguments = rte_kvargs_parse(text, known.data());
  if (arguments == nullptr) return -EINVAL;
  int status = 0;
  if (const char* path = rte_kvargs_get(arguments, "stream"); path != nullptr) {
    status = -device.file.open(path);
    if (status == 0) {
      device.stream = device.file.view();
    } else {
      rte_log(RTE_LOG_ERR, RTE_LOGTYPE_PMD, "net_sekibench: %s is no stream of packets: %s\n", path,
              std::strerror(-status));
    }
  }
  rte_kvargs_free(arguments);
  return status;
}

int probe(rte_vdev_device* vdev) {
  auto device = std::unique_ptr<Device>{new (std::nothrow) Device};
  if (device == nullptr) return -ENOMEM;
  if (const int status = read_arguments(rte_vdev_device_args(vdev), *device); status != 0) {
    return status;
  }
  rte_eth_dev* const port = rte_eth_vdev_allocate(vdev, sizeof(Device*));
  if (port == nullptr) return -ENOMEM;
  rte_eth_random_addr(device->address.addr_bytes);
  port->data->mac_addrs = &device->address;
  port->data->dev_link.link_speed = RTE_ETH_SPEED_NUM_100G;
  port->data->dev_link.link_duplex = RTE_ETH_LINK_FULL_DUPLEX;
  port->data->dev_link.link_autoneg = RTE_ETH_LINK_FIXED;
  port->data->promiscuous = 1;
  *static_cast<Device**>(port->data->dev_private) = device.release();
  port->dev_ops = &operations();
  port->rx_pkt_burst = receive;
  port->tx_pkt_burst = send;
  rte_eth_dev_probing_finish(port);
  return 0;
}

int remove(rte_vdev_device* vdev) {
  rte_eth_dev* const port = rte_eth_dev_allocated(rte_vdev_device_name(vdev));
  if (port == nullptr) return 0;
  close(port);
  return rte_eth_dev_release_port(port);
}

rte_vdev_driver driver{.next = {},
                       .driver = {},
                       .probe = probe,
                       .remove = remove,
                       .dma_map = nullptr,
                       .dma_unmap = nullptr,
                       .drv_flags = 0};

__attribute__((constructor)) void announce() {
  driver.driver.name = source_driver;
  rte_vdev_register(&driver);
}

}  // namespace

void give(std::uint16_t port, const StreamView& stream) {
  device_of(rte_eth_devices[port]).stream = stream;
  begin_streams(rte_eth_devices[port]);
}

}  // namespace sekimori::bench
