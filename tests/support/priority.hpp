#pragma once

namespace sekimori::lab {

/// Puts the calling thread, and what it starts, ahead of all ordinary threads of the machine
/// (SCHED_FIFO). False when the machine does not allow it.
bool take_real_time_priority();

/// Whether it would be allowed.
bool real_time_priority_allowed();

}  // namespace sekimori::lab
