#pragma once

namespace sekimori::lab {

/// Puts the calling thread, and what it starts, ahead of all ordinary threads of the machine
/// (SCHED_FIFO). False when the machine does not allow it.
bool take_real_time_priority();

/// Whether it would be allowed.
bool real_time_priority_allowed();

/// Gives this process, and what it starts, most of the time of any CPU that it shares with ordinary
/// ones (a low nice value). False when the machine does not allow it.
bool take_larger_share();

}  // namespace sekimori::lab
