#include "tests/support/priority.hpp"

#include <sched.h>

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

}  // namespace sekimori::lab
