#include "common/clock.hpp"

#include <ctime>

namespace sekimori {
namespace {

std::uint64_t read_ns(clockid_t clock) {
  timespec reading{};
  clock_gettime(clock, &reading);
  return static_cast<std::uint64_t>(reading.tv_sec) * ns_per_s +
         static_cast<std::uint64_t>(reading.tv_nsec);
}

}  // namespace

Now read_clock() {
  return {.monotonic_ns = read_ns(CLOCK_MONOTONIC), .unix_ns = read_ns(CLOCK_REALTIME)};
}

}  // namespace sekimori
