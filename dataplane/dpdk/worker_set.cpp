#include "dataplane/dpdk/worker_set.hpp"

#include <rte_launch.h>
#include <rte_lcore.h>

#include <ctime>
#include <new>
#include <utility>

#include "dataplane/dpdk/eal.hpp"
#include "dataplane/dpdk/log.hpp"

namespace sekimori {

namespace {

/// Tells the spreader's key from those of the tables.
constexpr std::uint64_t spreader_key_purpose = 0x73707265616472;

constexpr std::uint32_t default_idle_sleep_us = 50;

/// Workers poll without pause where they have CPUs to themselves. On a small machine whose virtual
/// ports are fed by other programs on the same CPUs, they would starve their own source.
std::uint32_t idle_sleep_us(const Options& options, const PortPair& ports) {
  if (options.idle_sleep_us) return *options.idle_sleep_us;
  const bool few_cpus = usable_cpus().size() <= options.workers + 2;
  return ports.all_virtual() && few_cpus ? default_idle_sleep_us : 0;
}

/// With symmetric hashing the queue decides the worker, on both sides alike. Otherwise queues are
/// dealt out, the inside ones shifted by one so that two workers share the work of two queues.
std::vector<std::uint16_t> receive_queues(const PortPair& ports, Side side, unsigned worker,
                                          unsigned workers) {
  const unsigned shift = !ports.symmetric_rss() && side == Side::inside ? 1 : 0;
  std::vector<std::uint16_t> mine;
  for (std::uint16_t queue = 0; queue < ports.plan(side).receive; ++queue) {
    if ((queue + shift) % workers == worker) mine.push_back(queue);
  }
  return mine;
}

WorkerPort worker_port(const PortPair& ports, Side side, unsigned worker, unsigned workers) {
  const Port& port = ports.port(side);
  return {.id = port.id(),
          .receive_queues = receive_queues(ports, side, worker, workers),
          .transmit_queue = static_cast<std::uint16_t>(worker),
          .unmarked = port.unmarked_checksum(),
          .card = port.spec().card};
}

/// A card answers with what the policy assumes of servers, so behind one nothing else is learned
/// either: a client reads the server's windows by the scale that it was told.
GlobalRecord table_sizes(const PortPair& ports, const PolicyKeeper& policy) {
  GlobalRecord sizes = policy.capacities();
  if (ports.port(Side::outside).spec().card) sizes.backend_capacity = 0;
  return sizes;
}

struct Assignment {
  Worker* worker;
  StopLine* line;
};

/// EAL's own wait spins. Where this thread has a worker's CPU and a real-time priority, that worker
/// would never come to its end.
void wait_for(unsigned lcore) {
  constexpr timespec pause{.tv_sec = 0, .tv_nsec = 1'000'000};
  while (rte_eal_get_lcore_state(lcore) == RUNNING) nanosleep(&pause, nullptr);
  rte_eal_wait_lcore(lcore);
}

int work(void* argument) {
  const std::unique_ptr<Assignment> assignment{static_cast<Assignment*>(argument)};
  assignment->worker->run(*assignment->line);
  return 0;
}

}  // namespace

tl::expected<std::unique_ptr<WorkerSet>, Failure> WorkerSet::create(
    const Options& options, const PortPair& ports, PolicyKeeper& policy, const MasterSecret& secret,
    const CookieKeys& keys, StatsSegment& segment) {
  std::unique_ptr<WorkerSet> set{new WorkerSet};
  if (options.workers > 1 && !ports.symmetric_rss()) {
    auto spreader = Spreader::create(options.workers, secret.table_key(spreader_key_purpose));
    if (!spreader) return tl::unexpected(spreader.error());
    set->spreader_.emplace(std::move(*spreader));
  }
  for (unsigned index = 0; index < options.workers; ++index) {
    try {
      set->pipelines_.push_back(std::make_unique<Pipeline>(
          table_sizes(ports, policy), options.workers, secret, keys, segment.worker(index),
          segment.meters(index), segment.evidence(index)));
    } catch (const std::bad_alloc&) {
      return refused("--policy " + options.policy + ": no memory for the tables of worker " +
                     std::to_string(index) + "; make [tables] smaller or run fewer workers");
    }
    set->workers_.emplace_back(WorkerWiring{
        .index = index,
        .ports = {worker_port(ports, Side::outside, index, options.workers),
                  worker_port(ports, Side::inside, index, options.workers)},
        .pipeline = set->pipelines_.back().get(),
        .stats = &segment.worker(index),
        .policies = &policy.generations(),
        .pool = &ports.pool(),
        .spreader = set->spreader_ ? &*set->spreader_ : nullptr,
        .idle_sleep_us = idle_sleep_us(options, ports),
    });
  }
  if (usable_cpus().size() < options.workers) {
    log("--workers " + std::to_string(options.workers) + " share " +
        std::to_string(usable_cpus().size()) + " CPUs and will wait for each other");
  }
  return set;
}

WorkerSet::~WorkerSet() {
  stop();
}

void WorkerSet::launch() {
  line_.receiving.store(static_cast<unsigned>(workers_.size()), std::memory_order_release);
  running_ = true;
  for (unsigned index = 0; index < workers_.size(); ++index) {
    auto assignment = std::make_unique<Assignment>(Assignment{&workers_[index], &line_});
    rte_eal_remote_launch(work, assignment.release(), worker_lcore(index));
  }
}

void WorkerSet::stop() {
  if (!running_) return;
  line_.requested.store(true, std::memory_order_relaxed);
  for (unsigned index = 0; index < workers_.size(); ++index) wait_for(worker_lcore(index));
  running_ = false;
}

}  // namespace sekimori
