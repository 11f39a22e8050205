#include "dataplane/management/main_thread_calls.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sekimori {

tl::expected<MainThreadCalls, std::string> MainThreadCalls::open() {
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    return tl::unexpected<std::string>{std::string{"cannot make an eventfd: "} +
                                       std::strerror(errno)};
  }
  return MainThreadCalls{wake};
}

MainThreadCalls::MainThreadCalls(MainThreadCalls&& other) noexcept
    : wake_(std::exchange(other.wake_, -1)),
      closed_(other.closed_),
      waiting_(std::exchange(other.waiting_, {})) {}

MainThreadCalls::~MainThreadCalls() {
  if (wake_ < 0) return;
  close();
  ::close(wake_);
}

bool MainThreadCalls::call(const std::function<void()>& work) {
  Call call{.work = work};
  std::future<bool> done = call.done.get_future();
  {
    const std::lock_guard lock{mutex_};
    if (closed_) return false;
    waiting_.push_back(&call);
    // Under the lock, so that the descriptor is not closed meanwhile. The counter cannot overflow.
    const std::uint64_t one = 1;
    while (write(wake_, &one, sizeof(one)) < 0 && errno == EINTR) {
    }
  }
  return done.get();
}

std::deque<MainThreadCalls::Call*> MainThreadCalls::take() {
  const std::lock_guard lock{mutex_};
  return std::exchange(waiting_, {});
}

void MainThreadCalls::run() {
  std::uint64_t count = 0;
  while (read(wake_, &count, sizeof(count)) < 0 && errno == EINTR) {
  }
  for (Call* call : take()) {
    call->work();
    call->done.set_value(true);
  }
}

void MainThreadCalls::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  for (Call* call : take()) call->done.set_value(false);
}

}  // namespace sekimori
