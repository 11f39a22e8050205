#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/pipeline/bench_ports.hpp"
#include "bench/traffic/cases.hpp"
#include "bench/traffic/packet_stream.hpp"
#include "bench/traffic/pipeline_bed.hpp"
#include "dataplane/dpdk/policy_generations.hpp"
#include "dataplane/dpdk/worker.hpp"

namespace sekimori::bench {

/// Production workers with their pipelines between the benchmark's ports, and the packets of one
/// case. Times are CPU time of the workers' threads: what the machine does meanwhile with others
/// disturbs their caches, but is not counted as theirs.
class Rig {
 public:
  Rig(BenchPorts& ports, const Case& traffic);

  /// Time for one packet, in nanoseconds, from receiving it to handing over what becomes of it; of
  /// several workers at once, what a packet takes them together. Throws unless the packets had the
  /// verdicts that the case expects.
  double measure(std::uint64_t duration_ns);
  /// The same for the source alone, by one worker: packets are received and freed.
  double measure_source(std::uint64_t duration_ns);

  [[nodiscard]] const PacketStream& stream() const { return stream_; }

 private:
  using Verdicts = std::array<std::uint64_t, verdict_count>;

  [[nodiscard]] WorkerWiring wiring(unsigned worker) const;
  [[nodiscard]] Verdicts verdicts() const;
  void check_verdicts(const Verdicts& before) const;

  BenchPorts& ports_;
  std::array<double, verdict_count> shares_;
  std::unique_ptr<PolicyGenerations> policies_;
  std::vector<std::unique_ptr<PipelineBed>> beds_;
  std::vector<std::unique_ptr<Worker>> workers_;
  PacketStream stream_;
};

}  // namespace sekimori::bench
