#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "dataplane/dpdk/failure.hpp"

namespace sekimori {

/// What the main thread waits for.
enum class Event : std::uint8_t {
  second,
  reload,
  stop,
  call,   ///< another thread has work for this one
  alarm,  ///< the time that was set is reached
};

/// Signals, calls and the clock as events. From its construction on, SIGHUP, SIGTERM and SIGINT
/// reach nobody but `wait`; threads that start later inherit that.
class Events {
 public:
  /// `calls` is a descriptor that is readable while calls wait, which outlives this; -1 for none.
  static tl::expected<Events, Failure> open(int calls);
  Events(Events&& other) noexcept;
  Events& operator=(Events&&) = delete;
  ~Events();

  /// Returns the next event; a stop comes before everything else.
  Event wait();

  /// Has one `alarm` come at that time of the monotonic clock, in place of the one that was set.
  void set_alarm(std::optional<std::uint64_t> at_monotonic_ms);

 private:
  Events(int signals, int clock, int alarm, int calls)
      : signals_(signals), clock_(clock), alarm_(alarm), calls_(calls) {}

  int signals_;
  int clock_;
  int alarm_;
  int calls_;
};

}  // namespace sekimori
