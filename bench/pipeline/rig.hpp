#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/pipeline/bench_ports.hpp"
#include "bench/pipeline/packet_stream.hpp"
#include "common/cookie_keys.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/dpdk/policy_generations.hpp"
#include "dataplane/dpdk/worker.hpp"
#include "dataplane/pipeline/pipeline.hpp"
#include "dataplane/state/policy_tables.hpp"

namespace sekimori::bench {

/// One production worker with its pipeline between the benchmark's ports, and the packets that it
/// is fed with.
class Rig {
 public:
  /// `policy` is TOML.
  Rig(BenchPorts& ports, const std::string& policy);

  /// What is measured receives these packets.
  PacketStream stream;

  [[nodiscard]] Pipeline& pipeline() { return *pipeline_; }
  [[nodiscard]] const PolicyTables& policy() const { return policies_->current(); }
  [[nodiscard]] const WorkerStats& stats() const { return *stats_; }
  [[nodiscard]] std::uint64_t verdict(Verdict which) const {
    return stats_->verdicts[static_cast<std::size_t>(which)];
  }

  /// Time for one packet of the stream, in nanoseconds, from receiving it to handing over what
  /// becomes of it. Throws unless every packet had the verdict `expected`.
  double measure(std::uint64_t duration_ns, Verdict expected);
  /// The same for the source alone: packets are received and freed.
  double measure_source(std::uint64_t duration_ns);

 private:
  void check_verdicts(const WorkerStats& before, Verdict expected) const;

  BenchPorts& ports_;
  MasterSecret secret_;
  CookieKeys keys_;
  std::unique_ptr<WorkerStats> stats_;
  std::vector<ObjectMeters> meters_;
  std::unique_ptr<PolicyGenerations> policies_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace sekimori::bench
