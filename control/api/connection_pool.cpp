#include "control/api/connection_pool.hpp"

namespace sekimori {
namespace {

/// The library hands over tasks that know their connection but say nothing about it, so a task
/// learns in this way what is wanted of it.
thread_local bool refusing = false;

void refuse(const std::function<void()>& serve) {
  refusing = true;
  serve();
  refusing = false;
}

}  // namespace

bool ConnectionPool::is_full() {
  return refusing;
}

ConnectionPool::ConnectionPool(std::size_t threads, std::size_t waiting) : most_waiting_(waiting) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ConnectionPool::~ConnectionPool() {
  shutdown();
}

void ConnectionPool::enqueue(std::function<void()> serve) {
  {
    const std::lock_guard lock{mutex_};
    if (!stopping_ && waiting_.size() < most_waiting_) {
      waiting_.push_back(std::move(serve));
      changed_.notify_one();
      return;
    }
  }
  refuse(serve);
}

void ConnectionPool::shutdown() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  for (const auto& serve : waiting_) refuse(serve);
  waiting_.clear();
}

void ConnectionPool::work() {
  while (true) {
    std::function<void()> serve;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      serve = std::move(waiting_.front());
      waiting_.pop_front();
    }
    serve();
  }
}

}  // namespace sekimori
