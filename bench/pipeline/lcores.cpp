#include "bench/pipeline/lcores.hpp"

#include <rte_launch.h>
#include <rte_lcore.h>

#include <chrono>
#include <ctime>
#include <thread>
#include <vector>

#include "common/clock.hpp"
#include "dataplane/dpdk/eal.hpp"

namespace sekimori::bench {

namespace {

std::uint64_t thread_cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * ns_per_s +
         static_cast<std::uint64_t>(time.tv_nsec);
}

struct Job {
  const std::function<void(unsigned)>* work;
  unsigned worker;
};

int run_job(void* argument) {
  const Job& job = *static_cast<const Job*>(argument);
  (*job.work)(job.worker);
  return 0;
}

}  // namespace

void run_on_lcores(unsigned workers, const std::function<void(unsigned)>& work) {
  std::vector<Job> jobs;
  for (unsigned worker = 0; worker < workers; ++worker) jobs.push_back({&work, worker});
  for (Job& job : jobs) rte_eal_remote_launch(run_job, &job, worker_lcore(job.worker));
  for (const Job& job : jobs) {
    // Waiting for an lcore spins, on a CPU that a worker may need; so look now and then.
    while (rte_eal_get_lcore_state(worker_lcore(job.worker)) == RUNNING) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    rte_eal_wait_lcore(worker_lcore(job.worker));
  }
}

double cpu_ns_per_packet(std::uint64_t duration_ns, const std::function<std::size_t()>& step) {
  // Looking at the clock is a system call, and costs as much as many packets.
  constexpr unsigned steps_between_looks = 512;
  std::uint64_t packets = 0;
  std::uint64_t used_ns = 0;
  const std::uint64_t start = thread_cpu_ns();
  while (used_ns < duration_ns) {
    for (unsigned i = 0; i < steps_between_looks; ++i) packets += step();
    used_ns = thread_cpu_ns() - start;
  }
  return static_cast<double>(used_ns) / static_cast<double>(packets);
}

}  // namespace sekimori::bench
