#pragma once

#include <cstdint>
#include <span>

#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// The packet path of one worker. It owns all state that packets change; nothing in it is shared.
/// It makes no system call, takes no lock and allocates nothing after construction.
class Pipeline {
 public:
  /// `worker_count` divides the rates that an object may use over all workers. `meters` has one
  /// entry per object slot. `stats`, `meters`, `evidence` and `keys` outlive the pipeline.
  Pipeline(const GlobalRecord& capacities, std::uint32_t worker_count, const MasterSecret& secret,
           const CookieKeys& keys, WorkerStats& stats, std::span<ObjectMeters> meters,
           WorkerEvidence& evidence);

  /// Decides on every frame of a burst of at most `max_burst` that came in from one side;
  /// `decisions` has as many entries. Frames may be rewritten in place and, for replies, change
  /// their length. The caller sends the frames by their verdicts first and then empties `outbox()`.
  /// `marks` are what `take_marks` found, where the frames come through a card.
  void process(Side from, std::span<Frame> frames, std::span<Decision> decisions,
               const PolicyTables& policy, const Now& now, const CardMarks* marks = nullptr);

  /// Runs timers and ages state; to be called about every millisecond, and with the same duty to
  /// empty `outbox()`. `sweep` bounds how many table entries are looked at.
  void tick(const PolicyTables& policy, const Now& now, std::uint32_t sweep = 1024);

  [[nodiscard]] Outbox& outbox() { return state_.outbox; }

 private:
  WorkerState state_;
  Burst burst_;  ///< kept, because clearing it for every burst would cost more than a packet
};

}  // namespace sekimori
