#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "common/outcomes.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/pipeline/pipeline.hpp"
#include "dataplane/state/policy_tables.hpp"

namespace sekimori::bench {

/// The tables of a policy in TOML, translated by the `sekictl` beside this program. Throws
/// std::runtime_error with the reason if it is wrong.
[[nodiscard]] std::unique_ptr<const PolicyTables> policy_tables(const std::string& toml);

/// One worker's pipeline with all it stands on but the ports, the policy and the time.
class PipelineBed {
 public:
  /// Of the first of `workers` workers; beds of one seed share their keys.
  explicit PipelineBed(const GlobalRecord& capacities, unsigned workers = 1);

  /// Time has come to this. At least once a minute of the time that packets are processed at.
  void set_time(const Now& now) { keys_.refresh(secret_, now.unix_s()); }

  /// A burst of at most `max_burst` frames; what the pipeline makes of its own is discarded.
  void process(Side from, std::span<Frame> frames, std::span<Decision> decisions,
               const PolicyTables& policy, const Now& now) {
    pipeline_.process(from, frames, decisions, policy, now);
    pipeline_.outbox().clear();
  }

  [[nodiscard]] Pipeline& pipeline() { return pipeline_; }
  [[nodiscard]] WorkerStats& stats() { return *stats_; }
  [[nodiscard]] const WorkerStats& stats() const { return *stats_; }
  [[nodiscard]] std::uint64_t counter(Counter which) const {
    return stats_->counters[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] std::uint64_t verdict(Verdict which) const {
    return stats_->verdicts[static_cast<std::size_t>(which)];
  }

 private:
  MasterSecret secret_;
  CookieKeys keys_;
  std::unique_ptr<WorkerStats> stats_;
  std::vector<ObjectMeters> meters_;
  std::unique_ptr<WorkerEvidence> evidence_;
  Pipeline pipeline_;
};

}  // namespace sekimori::bench
