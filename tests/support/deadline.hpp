#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace sekimori::lab {

/// A point in time up to which something is waited for.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now)
      : end_(std::chrono::steady_clock::now() + from_now) {}

  [[nodiscard]] bool passed() const { return std::chrono::steady_clock::now() >= end_; }
  /// What is left, at least 0, in the form that poll(2) takes.
  [[nodiscard]] int left_ms() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1 << 30));
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

/// Asks `condition` every few milliseconds until it holds or the time is over; returns its last
/// answer.
template <class Condition>
bool wait_until(std::chrono::milliseconds at_most, Condition condition) {
  const Deadline deadline{at_most};
  while (!condition()) {
    if (deadline.passed()) {
      return condition();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

}  // namespace sekimori::lab
