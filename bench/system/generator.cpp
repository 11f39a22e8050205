#include "bench/system/generator.hpp"

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "dataplane/packet/frame.hpp"

namespace sekimori::bench {

namespace {

/// More than what the rings of one device hold.
constexpr unsigned pool_frames = (1U << 14) - 1;
constexpr unsigned pool_cache = 256;
constexpr std::uint16_t queue_frames = 1024;
/// A generator that was kept from running does not make up for more than this in one go: the device
/// would be offered a burst that nobody asked for.
constexpr double most_arrears_s = 20e-6;
/// Nothing has come back for so long: nothing will.
constexpr double silence_s = 0.01;

std::string device_name(const std::string& port) {
  return port.substr(0, port.find(','));
}

std::vector<std::string> eal_arguments(const std::vector<CablePair>& pairs) {
  std::vector<std::string> arguments;
  for (const CablePair& pair : pairs) {
    for (const std::string& port : pair.ports) arguments.push_back("--vdev=" + port);
  }
  return arguments;
}

void need(int result, const std::string& what) {
  if (result < 0) throw std::runtime_error{what + ": " + rte_strerror(std::abs(result))};
}

}  // namespace

Generator::Generator(const std::vector<CablePair>& pairs, bool huge_pages_allowed) {
  const Options options{
      .policy = "",
      .outside = "",
      .inside = "",
      .instance = "generator",
      .secret_file = {},
      .memory = huge_pages_allowed ? MemoryMode::automatic : MemoryMode::ordinary_pages,
      .idle_sleep_us = 0,
      .eal_arguments = eal_arguments(pairs),
  };
  auto eal = Eal::start(options, {});
  if (!eal) throw std::runtime_error{eal.error().message};
  eal_ = std::make_unique<Eal>(std::move(*eal));

  const auto make_pool = [](const char* name) {
    Pool pool{rte_pktmbuf_pool_create(name, pool_frames, pool_cache, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                      SOCKET_ID_ANY)};
    if (pool == nullptr) {
      throw std::runtime_error{std::string{"no memory for frames: "} + rte_strerror(rte_errno)};
    }
    return pool;
  };
  frames_to_send_ = make_pool("to_send");
  frames_received_ = make_pool("received");

  for (const CablePair& pair : pairs) {
    std::array<std::uint16_t, 2> ids{};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string device = device_name(pair.ports[i]);
      need(rte_eth_dev_get_port_by_name(device.c_str(), &ids[i]), device);
    }
    ports_.push_back(ids);
  }
}

Generator::~Generator() {
  for (const auto& pair : ports_) {
    for (const std::uint16_t port : pair) {
      rte_eth_dev_stop(port);
      rte_eth_dev_close(port);
    }
  }
}

void Generator::open_port(std::uint16_t port) {
  const std::string where = "the generator's port " + std::to_string(port);
  const rte_eth_conf conf{};
  const int socket = rte_eth_dev_socket_id(port);
  const auto socket_id = socket < 0 ? 0U : static_cast<unsigned>(socket);
  need(rte_eth_dev_configure(port, 1, 1, &conf), where);
  need(rte_eth_rx_queue_setup(port, 0, queue_frames, socket_id, nullptr, frames_received_.get()),
       where);
  need(rte_eth_tx_queue_setup(port, 0, queue_frames, socket_id, nullptr), where);
  rte_eth_dev_start(port);  // the link says whether the peer is there
}

namespace {

bool is_up(std::uint16_t port) {
  rte_eth_link link{};
  return rte_eth_link_get_nowait(port, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

/// Waits a while for the port's link.
bool comes_up(std::uint16_t port) {
  constexpr std::chrono::milliseconds a_while{500};
  const auto end = std::chrono::steady_clock::now() + a_while;
  while (!is_up(port)) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

}  // namespace

void Generator::connect(std::size_t pair, std::chrono::milliseconds at_most) {
  for (const std::uint16_t port : ports_[pair]) open_port(port);
  const auto end = std::chrono::steady_clock::now() + at_most;
  for (const std::uint16_t port : ports_[pair]) {
    while (!comes_up(port)) {
      if (std::chrono::steady_clock::now() >= end) {
        throw std::runtime_error{"the device does not answer the generator's ports"};
      }
      // net_memif asks its peer once, and one that still has to close its last connection refuses.
      rte_eth_dev_stop(port);
      rte_eth_dev_start(port);
    }
  }
}

void Generator::disconnect(std::size_t pair) {
  for (const std::uint16_t port : ports_[pair]) rte_eth_dev_stop(port);
}

/// Frames keep their bytes in the pool, so each is written once and only numbered later.
void Generator::load_frames(const TestFrames& frames) {
  frames_ = &frames;
  const auto write = [](rte_mempool*, void* bytes, void* object, unsigned) {
    auto* packet = static_cast<rte_mbuf*>(object);
    packet->data_off = RTE_PKTMBUF_HEADROOM;
    const auto& from = *static_cast<const std::span<const std::uint8_t>*>(bytes);
    std::memcpy(rte_pktmbuf_mtod(packet, void*), from.data(), from.size());
  };
  auto bytes = frames.bytes();
  rte_mempool_obj_iter(frames_to_send_.get(), write, &bytes);
}

Trial Generator::run(std::size_t pair, std::span<const Load> loads, bool timed) {
  current_ = ports_[pair];
  log_.begin(next_number_, timed);
  const std::uint64_t begin = rte_rdtsc();
  for (const Load& load : loads) offer(load);
  const std::uint64_t offered_ticks = rte_rdtsc() - begin;
  wait_for_stragglers();
  return log_.finish(static_cast<double>(rte_get_tsc_hz()), offered_ticks);
}

void Generator::offer(const Load& load) {
  const auto ticks_per_s = static_cast<double>(rte_get_tsc_hz());
  const auto ticks = [ticks_per_s](double s) {
    return static_cast<std::uint64_t>(s * ticks_per_s);
  };
  const bool unlimited = std::isinf(load.pps);
  const double frames_per_tick = load.pps / ticks_per_s;
  const double most_owed = std::max(2.0, load.pps * most_arrears_s);
  const std::uint64_t begin = rte_rdtsc();
  const std::uint64_t end = begin + ticks(static_cast<double>(load.duration_ns) * 1e-9);
  double schedule = 0;  // when the first frame was due, in ticks since the begin
  std::uint64_t sent = 0;
  log_.begin_load(begin);
  for (std::uint64_t now = begin; now < end && sent < load.max_frames; now = rte_rdtsc()) {
    collect();
    std::uint64_t due = max_burst;
    if (!unlimited) {
      double owed = (static_cast<double>(now - begin) - schedule) * frames_per_tick -
                    static_cast<double>(sent);
      if (owed < 1) continue;
      if (owed > most_owed) {
        schedule += (owed - most_owed) / frames_per_tick;
        owed = most_owed;
      }
      due = static_cast<std::uint64_t>(owed);
    }
    due = std::min({due, std::uint64_t{max_burst}, load.max_frames - sent});
    send(static_cast<unsigned>(due));
    sent += due;
  }
}

void Generator::send(unsigned count) {
  std::array<rte_mbuf*, max_burst> burst;
  unsigned sent = 0;
  // When all frames are in the device's hands, its receive ring has no room either.
  if (rte_pktmbuf_alloc_bulk(frames_to_send_.get(), burst.data(), count) == 0) {
    const auto length = static_cast<std::uint16_t>(frames_->bytes().size());
    for (unsigned i = 0; i < count; ++i) {
      frames_->number(rte_pktmbuf_mtod(burst[i], std::uint8_t*), next_number_ + i);
      burst[i]->data_len = length;
      burst[i]->pkt_len = length;
    }
    const std::uint64_t now = rte_rdtsc();
    sent = rte_eth_tx_burst(current_[0], 0, burst.data(), static_cast<std::uint16_t>(count));
    rte_pktmbuf_free_bulk(burst.data() + sent, count - sent);
    log_.offered(now, count, count - sent);
  } else {
    log_.offered(rte_rdtsc(), count, count);
  }
  next_number_ += count;
}

/// A device answers through the port that it was asked at, or forwards to the other.
bool Generator::collect() {
  bool any = false;
  for (const std::uint16_t port : current_) {
    unsigned count = max_burst;
    while (count == max_burst) {
      count = collect_burst(port);
      any = any || count > 0;
    }
  }
  return any;
}

unsigned Generator::collect_burst(std::uint16_t port) {
  std::array<rte_mbuf*, max_burst> burst;
  const std::uint16_t count = rte_eth_rx_burst(port, 0, burst.data(), max_burst);
  if (count == 0) return 0;
  const std::uint64_t now = rte_rdtsc();
  for (std::uint16_t i = 0; i < count; ++i) rte_prefetch0(rte_pktmbuf_mtod(burst[i], void*));
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto* bytes = rte_pktmbuf_mtod(burst[i], const std::uint8_t*);
    log_.returned(now, frames_->number_of({bytes, burst[i]->data_len}));
  }
  rte_pktmbuf_free_bulk(burst.data(), count);
  return count;
}

void Generator::wait_for_stragglers() {
  const auto patience =
      static_cast<std::uint64_t>(silence_s * static_cast<double>(rte_get_tsc_hz()));
  for (std::uint64_t last = rte_rdtsc(); !log_.complete() && rte_rdtsc() - last < patience;) {
    if (collect()) last = rte_rdtsc();
  }
}

}  // namespace sekimori::bench
