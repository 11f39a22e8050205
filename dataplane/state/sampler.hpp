#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/clock.hpp"
#include "common/worker_evidence.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/siphash.hpp"

namespace sekimori {

/// Takes single packets by chance, about one in a millisecond and one of a burst at most, so that
/// they cost nothing however many come. Which packets are taken follows from a keyed hash of a
/// counter: nobody outside can send so that he is not seen.
class Sampler {
 public:
  /// `shown` is where readers find the samples; it outlives this.
  Sampler(const SipKey& key, WorkerEvidence& shown) : key_(key), shown_(shown) {}

  /// Notes that `packets` have come in one burst. The number of the one to take, from 0 on, if one
  /// is due.
  [[nodiscard]] std::optional<std::uint32_t> choose(std::uint32_t packets, const Now& now) {
    passed_by_ += packets;
    if (now.monotonic_ns < next_ns_ || packets == 0) [[likely]]
      return std::nullopt;
    const std::uint64_t chance = siphash<1, 3>(key_, std::array{counter_++, std::uint64_t{0}});
    // Traffic that comes in step with the clock must not always be met at the same point.
    next_ns_ = now.monotonic_ns + interval_ns / 2 + (chance >> 32) % interval_ns;
    return static_cast<std::uint32_t>(chance) % packets;
  }

  /// Keeps a frame as it came, until what becomes of it is known.
  void begin(const Frame& frame, std::uint32_t object_slot, const Now& now);
  /// Shows the sample with what became of it.
  void finish(const Decision& decision);

 private:
  static constexpr std::uint64_t interval_ns = ns_per_ms;

  SipKey key_;
  WorkerEvidence& shown_;
  std::uint64_t counter_ = 0;
  std::uint64_t next_ns_ = 0;
  std::uint64_t passed_by_ = 0;  ///< packets since the last sample
  PacketSample sample_;
};

}  // namespace sekimori
