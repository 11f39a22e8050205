#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "common/clock.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/parse.hpp"
#include "dataplane/state/policy_tables.hpp"
#include "dataplane/state/worker_state.hpp"

namespace sekimori {

/// A burst on its way through the stages. A packet is open until a stage decides on it; what is
/// still open after the last stage is forwarded.
struct Burst {
  static constexpr std::uint32_t no_object = PrefixMap::none;

  Side from = Side::outside;
  std::span<Frame> frames;
  std::span<Decision> decisions;
  std::uint64_t open = 0;  ///< bit i stands for frame i
  std::array<Headers, max_burst> headers;
  std::array<std::uint32_t, max_burst> object;       ///< index into the policy, or `no_object`
  std::array<FlowKey, max_burst> flow_keys;          ///< of TCP segments
  std::array<std::uint64_t, max_burst> flow_hashes;  ///< of the keys
  std::uint64_t trusted = 0;                         ///< frames whose source is on an allow list

  static_assert(max_burst <= 64);

  /// Takes up to `max_burst` frames, all open.
  void start(Side side, std::span<Frame> burst_frames, std::span<Decision> burst_decisions) {
    from = side;
    frames = burst_frames;
    decisions = burst_decisions;
    open = frames.empty() ? 0 : ~std::uint64_t{0} >> (64 - frames.size());
    trusted = 0;
  }

  [[nodiscard]] bool is_open(std::size_t i) const { return (open >> i & 1) != 0; }
  [[nodiscard]] bool is_trusted(std::size_t i) const { return (trusted >> i & 1) != 0; }

  void drop(std::size_t i, DropReason reason) { decide(i, Verdict::drop, reason); }
  void reply(std::size_t i) { decide(i, Verdict::reply, {}); }
  void hold(std::size_t i) { decide(i, Verdict::hold, {}); }
  void forward(std::size_t i) { decide(i, Verdict::forward, {}); }

  /// Calls `visit` with the number of every frame in `set`, in order.
  template <typename Visitor>
  static void for_each(std::uint64_t set, Visitor&& visit) {
    for (; set != 0; set &= set - 1) visit(static_cast<std::size_t>(std::countr_zero(set)));
  }
  /// The same for the frames that are open now. The visitor may decide on what it is given.
  template <typename Visitor>
  void for_each_open(Visitor&& visit) {
    for_each(open, visit);
  }

 private:
  void decide(std::size_t i, Verdict verdict, DropReason reason) {
    decisions[i] = {.verdict = verdict, .reason = reason};
    open &= ~(std::uint64_t{1} << i);
  }
};

/// The server profile that was asked for last: an attack asks for the same one again and again.
struct RecentProfile {
  bool known = false;
  Address server;
  std::uint16_t port = 0;
  BackendProfile advertised;
};

/// What the stages work with besides the burst.
struct StageContext {
  WorkerState& state;
  const PolicyTables& policy;
  const Now& now;
  RecentProfile recent_profile{};  ///< for SYN-ACKs at `now`

  [[nodiscard]] std::uint32_t now_ms() const {
    return static_cast<std::uint32_t>(now.monotonic_ms());
  }
  [[nodiscard]] std::uint64_t slot() const { return cookie_slot(now.unix_s()); }
  void count(Counter c, std::uint64_t amount = 1) const { state.stats.count(c, amount); }
};

}  // namespace sekimori
