#pragma once

#include <httplib.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sekimori {

/// Serves a fixed number of connections at once, each in a thread of its own, and lets some more
/// wait. When there is no room the connection is closed at once.
class ConnectionPool final : public httplib::TaskQueue {
 public:
  ConnectionPool(std::size_t threads, std::size_t waiting);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool() override;

  void enqueue(std::function<void()> serve) override;
  void shutdown() override;

  /// Within a task: whether it should close its connection instead of serving it.
  [[nodiscard]] static bool is_full();

 private:
  void work();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sekimori
