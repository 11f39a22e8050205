#pragma once

#include <rte_common.h>
#include <rte_rcu_qsbr.h>

#include <atomic>
#include <cstdlib>
#include <memory>

#include "dataplane/state/policy_tables.hpp"

namespace sekimori {

/// The policy in force, replaced as a whole while workers read it. A worker takes `current` once in
/// a turn and keeps nothing of it beyond the turn, at whose end it reports `quiescent`; the main
/// thread frees the old generation when all have done so. Aligned, because workers read the pointer
/// in each turn.
class alignas(RTE_CACHE_LINE_SIZE) PolicyGenerations {
 public:
  PolicyGenerations(std::unique_ptr<const PolicyTables> first, unsigned workers);
  PolicyGenerations(const PolicyGenerations&) = delete;
  PolicyGenerations& operator=(const PolicyGenerations&) = delete;
  ~PolicyGenerations();

  /// Main thread: puts `next` in force and returns when nobody reads the one before, which is gone
  /// then. Takes as long as the longest turn.
  void replace(std::unique_ptr<const PolicyTables> next);

  /// Worker: from here on it holds replacements up until its next `quiescent`.
  void enter(unsigned worker);
  void leave(unsigned worker);
  void quiescent(unsigned worker) { rte_rcu_qsbr_quiescent(readers_.get(), worker); }
  [[nodiscard]] const PolicyTables& current() const {
    return *current_.load(std::memory_order_acquire);
  }

 private:
  struct Free {
    void operator()(rte_rcu_qsbr* readers) const { std::free(readers); }
  };

  std::atomic<const PolicyTables*> current_{nullptr};
  std::unique_ptr<rte_rcu_qsbr, Free> readers_;
};

}  // namespace sekimori
