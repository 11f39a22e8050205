#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace sekimori::bench {

/// CPU time that processes of this machine have used so far, as the kernel's scheduler counts it,
/// to the nanosecond. What an interrupt or a softirq does counts for the thread that it interrupts,
/// as long as the kernel does not account for interrupts by themselves.
class ProcessClocks {
 public:
  /// All of the kernel's ksoftirqd, which take over softirqs that threads have too many of, and
  /// `also`. Throws LabError when a process has no clock.
  explicit ProcessClocks(std::vector<pid_t> also = {});

  [[nodiscard]] std::chrono::nanoseconds now() const;

 private:
  std::vector<clockid_t> clocks_;
};

/// Time in which a CPU of the machine was not idle so far, added up over all CPUs, from /proc/stat.
/// It is counted in ticks of the kernel's timer and includes everybody else on the machine.
[[nodiscard]] std::chrono::nanoseconds machine_busy_time();

}  // namespace sekimori::bench
