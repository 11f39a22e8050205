#pragma once

#include <cstdint>
#include <functional>

namespace sekimori::bench {

/// Runs `work` on the lcores of that many workers at once, as in production, with the worker's
/// number, and returns when all have ended.
void run_on_lcores(unsigned workers, const std::function<void(unsigned worker)>& work);

/// Repeats `step`, which returns how many packets it took, for about so much CPU time of the
/// thread, and returns the CPU time for one packet, in nanoseconds.
double cpu_ns_per_packet(std::uint64_t duration_ns, const std::function<std::size_t()>& step);

}  // namespace sekimori::bench
