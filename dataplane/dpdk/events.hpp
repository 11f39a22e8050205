#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "dataplane/dpdk/failure.hpp"

namespace sekimori {

/// What the main thread waits for.
enum class Event : std::uint8_t { second, reload, stop };

/// Signals and the clock as events. From its construction on, SIGHUP, SIGTERM and SIGINT reach
/// nobody but `wait`; threads that start later inherit that.
class Events {
 public:
  static tl::expected<Events, Failure> open();
  Events(Events&& other) noexcept;
  Events& operator=(Events&&) = delete;
  ~Events();

  /// Returns the next event; a stop comes before everything else.
  Event wait();

 private:
  Events(int signals, int clock) : signals_(signals), clock_(clock) {}

  int signals_;
  int clock_;
};

}  // namespace sekimori
