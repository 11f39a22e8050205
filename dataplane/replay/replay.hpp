#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/clock.hpp"
#include "common/cookie_keys.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/pipeline/pipeline.hpp"
#include "dataplane/replay/capture_file.hpp"
#include "dataplane/replay/tally.hpp"
#include "dataplane/state/policy_tables.hpp"

namespace sekimori {

/// Where packets come from and go to, by `Side`.
struct ReplayFiles {
  std::array<std::optional<CaptureReader>, 2> in;
  std::array<std::optional<CaptureWriter>, 2> out;
};

/// What was read, beside what the pipeline counts.
struct ReplayTotals {
  std::array<std::uint64_t, 2> packets_in{};   ///< by the side they came from
  std::array<std::uint64_t, 2> packets_out{};  ///< by the side they go to
  std::uint64_t packets_cut = 0;               ///< not captured whole
  std::uint64_t first_unix_ns = 0;
  std::uint64_t last_unix_ns = 0;

  [[nodiscard]] std::uint64_t all_in() const { return packets_in[0] + packets_in[1]; }
};

/// Runs one worker's pipeline over captures, with the packets' own time as both clocks. The two
/// sides are merged by time; in between the timers run at every millisecond. Nothing depends on the
/// machine or its clock, so the same input and secret give the same output.
class Replay {
 public:
  /// `policy` outlives the replay.
  Replay(const PolicyTables& policy, const MasterSecret& secret, ReplayFiles files);

  /// What becomes of packets from outside is counted there as well; to be called before `run`.
  /// `tally` outlives the replay.
  void count_into(Tally& tally) { tally_ = &tally; }
  /// Reads to the end and then lets the handshakes that are under way end.
  void run();
  /// Completes the output files. The error names the file that could not be written.
  tl::expected<void, std::string> finish();

  [[nodiscard]] const WorkerStats& stats() const { return *stats_; }
  [[nodiscard]] const ReplayTotals& totals() const { return totals_; }
  [[nodiscard]] std::span<const ObjectMeters> meters() const { return meters_; }
  [[nodiscard]] const ReplayFiles& files() const { return files_; }

 private:
  static constexpr std::size_t burst_size = 32;

  [[nodiscard]] std::optional<Side> earliest_side() const;
  std::size_t read_burst(Side side);
  void process_burst(Side side, std::size_t count);
  void advance_to(std::uint64_t unix_ns);
  void tick_at(std::uint64_t unix_ns);
  [[nodiscard]] bool handshakes_under_way() const;
  void send(Side to, std::uint64_t unix_ns, std::span<const std::uint8_t> bytes);
  void empty_outbox();

  const PolicyTables& policy_;
  MasterSecret secret_;
  ReplayFiles files_;
  ReplayTotals totals_;
  Tally* tally_ = nullptr;
  CookieKeys keys_;
  std::unique_ptr<WorkerStats> stats_ = std::make_unique<WorkerStats>();
  std::vector<ObjectMeters> meters_;
  std::unique_ptr<WorkerEvidence> evidence_ = std::make_unique<WorkerEvidence>();
  Pipeline pipeline_;

  std::vector<std::uint8_t> buffers_;
  std::array<Frame, burst_size> frames_{};
  std::array<Decision, burst_size> decisions_{};
  std::array<std::uint64_t, burst_size> times_{};
  std::uint64_t now_ns_ = 0;
  std::uint64_t last_tick_ms_ = 0;
};

}  // namespace sekimori
