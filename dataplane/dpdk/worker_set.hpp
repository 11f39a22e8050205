#pragma once

#include <memory>
#include <optional>
#include <tl/expected.hpp>
#include <vector>

#include "common/cookie_keys.hpp"
#include "common/stats_segment.hpp"
#include "dataplane/dpdk/failure.hpp"
#include "dataplane/dpdk/options.hpp"
#include "dataplane/dpdk/policy_keeper.hpp"
#include "dataplane/dpdk/port_pair.hpp"
#include "dataplane/dpdk/spreader.hpp"
#include "dataplane/dpdk/worker.hpp"

namespace sekimori {

/// All workers with their pipelines. What it is made from outlives it.
class WorkerSet {
 public:
  static tl::expected<std::unique_ptr<WorkerSet>, Failure> create(
      const Options& options, const PortPair& ports, PolicyKeeper& policy,
      const MasterSecret& secret, const CookieKeys& keys, StatsSegment& segment);
  WorkerSet(const WorkerSet&) = delete;
  WorkerSet& operator=(const WorkerSet&) = delete;
  /// Stops the workers if they run.
  ~WorkerSet();

  /// Starts every worker on its lcore.
  void launch();
  /// Returns when every worker has sent what it had received.
  void stop();

 private:
  WorkerSet() = default;

  StopLine line_;
  std::optional<Spreader> spreader_;
  std::vector<std::unique_ptr<Pipeline>> pipelines_;
  std::vector<Worker> workers_;
  bool running_ = false;
};

}  // namespace sekimori
