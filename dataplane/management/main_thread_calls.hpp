#pragma once

#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <tl/expected.hpp>

namespace sekimori {

/// Brings work of other threads to the main thread, which alone touches what it is about. Each
/// caller waits for its work to be done; there are no more calls than threads that make them.
class MainThreadCalls {
 public:
  /// The error is the machine's.
  static tl::expected<MainThreadCalls, std::string> open();
  MainThreadCalls(MainThreadCalls&& other) noexcept;
  MainThreadCalls& operator=(MainThreadCalls&&) = delete;
  ~MainThreadCalls();

  /// Any thread but the main one: has `work` run by the main thread and returns when it is done.
  /// False when it was not run because no work is taken any more.
  [[nodiscard]] bool call(const std::function<void()>& work);

  /// Readable while calls wait.
  [[nodiscard]] int descriptor() const { return wake_; }
  /// Main thread: runs what waits.
  void run();
  /// Main thread: turns away what waits and all that comes later.
  void close();

 private:
  struct Call {
    const std::function<void()>& work;
    std::promise<bool> done{};
  };

  explicit MainThreadCalls(int wake) : wake_(wake) {}
  std::deque<Call*> take();

  int wake_;
  std::mutex mutex_;
  bool closed_ = false;
  std::deque<Call*> waiting_;
};

}  // namespace sekimori
