#include "dataplane/replay/replay.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace sekimori {
namespace {

/// Handshakes with silent servers end long before; this only bounds a replay whatever the policy.
constexpr std::uint64_t longest_wait_ms = 600'000;

constexpr std::size_t buffer_bytes = max_captured_bytes;
static_assert(buffer_bytes >= reply_capacity);

constexpr std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}

constexpr Now at(std::uint64_t unix_ns) {
  return {.monotonic_ns = unix_ns, .unix_ns = unix_ns};
}

}  // namespace

Replay::Replay(const PolicyTables& policy, const MasterSecret& secret, ReplayFiles files)
    : policy_(policy),
      secret_(secret),
      files_(std::move(files)),
      meters_(policy.global().object_capacity),
      pipeline_(policy.global(), 1, secret_, keys_, *stats_, meters_, *evidence_),
      buffers_(burst_size * buffer_bytes) {}

void Replay::run() {
  if (const auto side = earliest_side()) {
    totals_.first_unix_ns = files_.in[index(*side)]->front()->unix_ns;
    now_ns_ = totals_.first_unix_ns;
    last_tick_ms_ = now_ns_ / ns_per_ms;
    keys_.refresh(secret_, now_ns_ / ns_per_s);
  }
  while (const auto side = earliest_side()) {
    advance_to(files_.in[index(*side)]->front()->unix_ns);
    process_burst(*side, read_burst(*side));
  }
  totals_.last_unix_ns = now_ns_;
  const std::uint64_t end_ms = last_tick_ms_ + longest_wait_ms;
  do {
    tick_at((last_tick_ms_ + 1) * ns_per_ms);
  } while (handshakes_under_way() && last_tick_ms_ < end_ms);
}

std::optional<Side> Replay::earliest_side() const {
  std::optional<Side> earliest;
  std::uint64_t time = std::numeric_limits<std::uint64_t>::max();
  for (const Side side : {Side::outside, Side::inside}) {
    const auto& reader = files_.in[index(side)];
    if (!reader || !reader->front()) continue;
    if (earliest && reader->front()->unix_ns >= time) continue;
    earliest = side;
    time = reader->front()->unix_ns;
  }
  return earliest;
}

/// Copies packets that follow each other from one side within the millisecond of the clock. A
/// packet that is stamped earlier than one before it counts as arriving with that one.
std::size_t Replay::read_burst(Side side) {
  CaptureReader& reader = *files_.in[index(side)];
  std::size_t count = 0;
  do {
    const CapturedPacket& packet = *reader.front();
    std::uint8_t* buffer = buffers_.data() + count * buffer_bytes;
    std::memcpy(buffer, packet.bytes.data(), packet.bytes.size());
    frames_[count] = {.data = buffer,
                      .length = static_cast<std::uint32_t>(packet.bytes.size()),
                      .capacity = buffer_bytes};
    now_ns_ = std::max(now_ns_, packet.unix_ns);
    times_[count] = now_ns_;
    if (packet.wire_length > packet.bytes.size()) ++totals_.packets_cut;
    ++count;
    reader.next();
  } while (count < burst_size && earliest_side() == side &&
           reader.front()->unix_ns / ns_per_ms <= last_tick_ms_);
  totals_.packets_in[index(side)] += count;
  return count;
}

void Replay::process_burst(Side side, std::size_t count) {
  const bool tallied = tally_ != nullptr && side == Side::outside;
  if (tallied) tally_->read(std::span{frames_}.first(count), policy_);
  pipeline_.process(side, std::span{frames_}.first(count), std::span{decisions_}.first(count),
                    policy_, at(now_ns_));
  if (tallied) tally_->count(std::span{decisions_}.first(count));
  for (std::size_t i = 0; i < count; ++i) {
    const std::span bytes{frames_[i].data, frames_[i].length};
    if (decisions_[i].verdict == Verdict::forward) send(opposite(side), times_[i], bytes);
    if (decisions_[i].verdict == Verdict::reply) send(side, times_[i], bytes);
  }
  empty_outbox();
}

/// Runs the timers up to a packet's time. Without a handshake under way, which the first tick finds
/// out, nothing has to happen at a moment of its own, so a gap is crossed in one step.
void Replay::advance_to(std::uint64_t unix_ns) {
  const std::uint64_t target_ms = unix_ns / ns_per_ms;
  if (last_tick_ms_ >= target_ms) return;
  do {
    tick_at((last_tick_ms_ + 1) * ns_per_ms);
  } while (last_tick_ms_ < target_ms && handshakes_under_way());
  if (last_tick_ms_ < target_ms) tick_at(target_ms * ns_per_ms);
}

void Replay::tick_at(std::uint64_t unix_ns) {
  if (cookie_slot(unix_ns / ns_per_s) != cookie_slot(now_ns_ / ns_per_s)) {
    keys_.refresh(secret_, unix_ns / ns_per_s);
  }
  now_ns_ = unix_ns;
  last_tick_ms_ = unix_ns / ns_per_ms;
  pipeline_.tick(policy_, at(now_ns_));
  empty_outbox();
}

bool Replay::handshakes_under_way() const {
  return stats_->counters[static_cast<std::size_t>(Counter::handshakes)] != 0;
}

void Replay::send(Side to, std::uint64_t unix_ns, std::span<const std::uint8_t> bytes) {
  const bool outside = to == Side::outside;
  stats_->count(outside ? Counter::sent_outside_packets : Counter::sent_inside_packets);
  stats_->count(outside ? Counter::sent_outside_bytes : Counter::sent_inside_bytes, bytes.size());
  ++totals_.packets_out[index(to)];
  if (auto& writer = files_.out[index(to)]) writer->write(unix_ns, bytes);
}

void Replay::empty_outbox() {
  for (const Outbox::Packet& packet : pipeline_.outbox().packets()) {
    send(packet.to, now_ns_, packet.bytes);
  }
  pipeline_.outbox().clear();
}

tl::expected<void, std::string> Replay::finish() {
  for (auto& writer : files_.out) {
    if (!writer) continue;
    if (auto written = writer->flush(); !written) return written;
  }
  return {};
}

}  // namespace sekimori
