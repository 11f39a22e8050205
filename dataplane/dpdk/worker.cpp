#include "dataplane/dpdk/worker.hpp"

#include <rte_ethdev.h>
#include <rte_pause.h>
#include <sys/prctl.h>

#include <cstring>
#include <ctime>
#include <utility>

#include "common/clock.hpp"

namespace sekimori {

namespace {

constexpr std::uint64_t tick_interval_ns = ns_per_ms;

/// Looks at empty ports before a worker goes to sleep; bursts of a stream are closer together.
constexpr unsigned idle_turns_before_sleep = 64;

constexpr std::array both_sides{Side::outside, Side::inside};

/// What the port says about the packet's checksum. A packet marked "none" carries a correct packet
/// with a checksum that is still to be computed, as from another guest of the same host.
ChecksumHint checksum_hint(const rte_mbuf& packet, ChecksumHint unmarked) {
  switch (packet.ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) {
    case RTE_MBUF_F_RX_L4_CKSUM_GOOD:
      return ChecksumHint::good;
    case RTE_MBUF_F_RX_L4_CKSUM_NONE:
      return ChecksumHint::allow_partial;
    default:
      return unmarked;
  }
}

/// The packet as one run of bytes. One that is too long for its first buffer shows the bytes of
/// that buffer only, and so fails the length check of its IP header; if it has none, it passes
/// whole, as nobody changes it.
Frame frame_of(rte_mbuf& packet, ChecksumHint unmarked) {
  if (packet.nb_segs > 1) rte_pktmbuf_linearize(&packet);
  const auto room = static_cast<std::uint32_t>(packet.buf_len - packet.data_off);
  return {.data = rte_pktmbuf_mtod(&packet, std::uint8_t*),
          .length = packet.data_len,
          .capacity = packet.nb_segs == 1 ? room : packet.data_len,
          .checksum = checksum_hint(packet, unmarked)};
}

void take_length(rte_mbuf& packet, const Frame& frame) {
  if (packet.nb_segs > 1) return;
  packet.data_len = static_cast<std::uint16_t>(frame.length);
  packet.pkt_len = frame.length;
}

Transmitter make_transmitter(Side side, const WorkerWiring& wiring) {
  const WorkerPort& port = wiring.ports[static_cast<std::size_t>(side)];
  return {side, port.id, port.transmit_queue, *wiring.stats};
}

void sleep_us(std::uint32_t us) {
  const timespec time{.tv_sec = us / 1'000'000, .tv_nsec = (us % 1'000'000) * 1'000L};
  nanosleep(&time, nullptr);
}

}  // namespace

Worker::Worker(WorkerWiring wiring)
    : wiring_(std::move(wiring)),
      transmitters_{make_transmitter(Side::outside, wiring_),
                    make_transmitter(Side::inside, wiring_)} {}

void Worker::run(StopLine& line) {
  // Short sleeps are rounded up by this much, which is 50us unless it is set.
  prctl(PR_SET_TIMERSLACK, 1UL);
  wiring_.policies->enter(wiring_.index);
  unsigned idle_turns = 0;
  while (!line.requested.load(std::memory_order_relaxed)) {
    idle_turns = turn(Receiving::on) > 0 ? 0 : idle_turns + 1;
    if (idle_turns >= idle_turns_before_sleep && wiring_.idle_sleep_us > 0) {
      sleep_us(wiring_.idle_sleep_us);
    }
  }
  line.receiving.fetch_sub(1, std::memory_order_acq_rel);
  // Others may still be handing over what they have received. The line is read before the rings:
  // once nobody receives, empty rings stay empty.
  for (bool others = true, more = true; others || more;) {
    others = line.receiving.load(std::memory_order_acquire) > 0;
    more = turn(Receiving::off) > 0;
  }
  wiring_.policies->leave(wiring_.index);
}

std::size_t Worker::turn(Receiving receiving) {
  const Now now = read_clock();
  const PolicyTables& policy = wiring_.policies->current();
  std::size_t taken = 0;

  for (const Side side : both_sides) {
    if (receiving == Receiving::on) {
      for (const std::uint16_t queue :
           wiring_.ports[static_cast<std::size_t>(side)].receive_queues) {
        scrub(side, receive(side, queue, taken), policy, now);
      }
    }
    const unsigned others = wiring_.spreader != nullptr ? wiring_.spreader->workers() : 0;
    for (unsigned from = 0; from < others; ++from) {
      if (from == wiring_.index) continue;
      scrub(side, take_handed_over(side, from, taken), policy, now);
    }
  }

  if (now.monotonic_ns >= next_tick_ns_) {
    wiring_.pipeline->tick(policy, now);
    send_outbox();
    next_tick_ns_ = now.monotonic_ns + tick_interval_ns;
  }
  set(wiring_.stats->heartbeat_ns, now.monotonic_ns);
  wiring_.policies->quiescent(wiring_.index);
  return taken;
}

std::span<rte_mbuf*> Worker::receive(Side side, std::uint16_t queue, std::size_t& taken) {
  const WorkerPort& port = wiring_.ports[static_cast<std::size_t>(side)];
  const std::size_t received = rte_eth_rx_burst(port.id, queue, burst_.data(), max_burst);
  taken += received;
  std::span<rte_mbuf*> burst{burst_.data(), received};
  if (wiring_.spreader == nullptr || burst.empty()) return burst;

  std::size_t lost = 0;
  burst = burst.first(wiring_.spreader->hand_over(side, wiring_.index, burst, lost));
  if (lost > 0) wiring_.stats->count(Counter::handover_lost, lost);
  return burst;
}

std::span<rte_mbuf*> Worker::take_handed_over(Side side, unsigned from, std::size_t& taken) {
  const std::size_t handed = wiring_.spreader->take(side, from, wiring_.index, burst_);
  taken += handed;
  return {burst_.data(), handed};
}

void Worker::scrub(Side side, std::span<rte_mbuf*> burst, const PolicyTables& policy,
                   const Now& now) {
  if (burst.empty()) return;
  const WorkerPort& port = wiring_.ports[static_cast<std::size_t>(side)];
  for (rte_mbuf* packet : burst) rte_prefetch0(rte_pktmbuf_mtod(packet, void*));
  for (std::size_t i = 0; i < burst.size(); ++i) frames_[i] = frame_of(*burst[i], port.unmarked);

  const CardMarks* marks = port.card ? take_metadata(burst) : nullptr;
  wiring_.pipeline->process(side, std::span{frames_}.first(burst.size()),
                            std::span{decisions_}.first(burst.size()), policy, now, marks);

  Transmitter& back = transmitters_[static_cast<std::size_t>(side)];
  Transmitter& onward = transmitters_[static_cast<std::size_t>(opposite(side))];
  std::array<rte_mbuf*, max_burst> finished;
  unsigned finished_count = 0;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    take_length(*burst[i], frames_[i]);
    switch (decisions_[i].verdict) {
      case Verdict::forward:
        onward.add(burst[i]);
        break;
      case Verdict::reply:
        back.add(burst[i]);
        break;
      case Verdict::hold:
      case Verdict::drop:
        finished[finished_count++] = burst[i];
        break;
    }
  }
  if (finished_count > 0) rte_pktmbuf_free_bulk(finished.data(), finished_count);
  send_outbox();
}

/// Takes the card's metadata out of the frames at hand and of their packets.
const CardMarks* Worker::take_metadata(std::span<rte_mbuf*> burst) {
  take_marks(std::span{frames_}.first(burst.size()), marks_);
  for_each_packet(marks_.read, [&](std::size_t i) { rte_pktmbuf_adj(burst[i], metadata::bytes); });
  return &marks_;
}

/// Sends what the pipeline has made of its own, behind the packets already on their way.
void Worker::send_outbox() {
  Outbox& outbox = wiring_.pipeline->outbox();
  for (const Outbox::Packet& made : outbox.packets()) {
    rte_mbuf* packet = rte_pktmbuf_alloc(wiring_.pool);
    char* room = packet == nullptr
                     ? nullptr
                     : rte_pktmbuf_append(packet, static_cast<std::uint16_t>(made.bytes.size()));
    if (room == nullptr) {
      rte_pktmbuf_free(packet);
      add(wiring_.stats->transmit_lost_packets, 1);
      continue;
    }
    std::memcpy(room, made.bytes.data(), made.bytes.size());
    transmitters_[static_cast<std::size_t>(made.to)].add(packet);
  }
  outbox.clear();
  for (Transmitter& transmitter : transmitters_) transmitter.flush();
}

}  // namespace sekimori
