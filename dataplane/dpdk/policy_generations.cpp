#include "dataplane/dpdk/policy_generations.hpp"

#include <rte_common.h>

#include <chrono>
#include <cstdint>
#include <new>
#include <thread>

namespace sekimori {

PolicyGenerations::PolicyGenerations(std::unique_ptr<const PolicyTables> first, unsigned workers) {
  const std::size_t size = rte_rcu_qsbr_get_memsize(workers);
  readers_.reset(static_cast<rte_rcu_qsbr*>(std::aligned_alloc(
      RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, std::size_t{RTE_CACHE_LINE_SIZE}))));
  if (readers_ == nullptr) throw std::bad_alloc{};
  rte_rcu_qsbr_init(readers_.get(), workers);
  current_.store(first.release(), std::memory_order_release);
}

PolicyGenerations::~PolicyGenerations() {
  delete current_.load(std::memory_order_relaxed);
}

void PolicyGenerations::replace(std::unique_ptr<const PolicyTables> next) {
  const std::unique_ptr<const PolicyTables> old{
      current_.exchange(next.release(), std::memory_order_acq_rel)};
  // Sleeping, not spinning as rte_rcu_qsbr_synchronize does: with real-time priority this thread
  // would keep a worker that waits for the same CPU from ever ending its turn.
  constexpr std::chrono::microseconds pause{50};
  const std::uint64_t token = rte_rcu_qsbr_start(readers_.get());
  while (rte_rcu_qsbr_check(readers_.get(), token, false) == 0) std::this_thread::sleep_for(pause);
}

void PolicyGenerations::enter(unsigned worker) {
  rte_rcu_qsbr_thread_register(readers_.get(), worker);
  rte_rcu_qsbr_thread_online(readers_.get(), worker);
}

void PolicyGenerations::leave(unsigned worker) {
  rte_rcu_qsbr_thread_offline(readers_.get(), worker);
  rte_rcu_qsbr_thread_unregister(readers_.get(), worker);
}

}  // namespace sekimori
