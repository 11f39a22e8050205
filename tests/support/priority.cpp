#include "tests/support/priority.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <thread>

namespace sekimori::lab {

bool take_real_time_priority() {
  const sched_param lowest{.sched_priority = 1};
  return ::sched_setscheduler(0, SCHED_FIFO, &lowest) == 0;
}

bool real_time_priority_allowed() {
  bool allowed = false;
  std::thread([&] { allowed = take_real_time_priority(); }).join();
  return allowed;
}

bool take_larger_share() {
  constexpr int nice_value = -20;
  return ::setpriority(PRIO_PROCESS, 0, nice_value) == 0;
}

}  // namespace sekimori::lab
