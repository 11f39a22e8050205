#include "dataplane/dpdk/events.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace sekimori {

tl::expected<Events, Failure> Events::open(int calls) {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int number : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&watched, number);
  pthread_sigmask(SIG_BLOCK, &watched, nullptr);

  Events events{signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK),
                timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
                timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), calls};
  const itimerspec every_second{.it_interval = {.tv_sec = 1, .tv_nsec = 0},
                                .it_value = {.tv_sec = 1, .tv_nsec = 0}};
  if (events.signals_ < 0 || events.clock_ < 0 || events.alarm_ < 0 ||
      timerfd_settime(events.clock_, 0, &every_second, nullptr) != 0) {
    return refused(std::string{"cannot wait for signals and the clock: "} + std::strerror(errno));
  }
  return events;
}

Events::Events(Events&& other) noexcept
    : signals_(std::exchange(other.signals_, -1)),
      clock_(std::exchange(other.clock_, -1)),
      alarm_(std::exchange(other.alarm_, -1)),
      calls_(other.calls_) {}

Events::~Events() {
  if (signals_ >= 0) close(signals_);
  if (clock_ >= 0) close(clock_);
  if (alarm_ >= 0) close(alarm_);
}

void Events::set_alarm(std::optional<std::uint64_t> at_monotonic_ms) {
  itimerspec time{};
  if (at_monotonic_ms) {
    // All zeros would switch the timer off, and a time that is over comes at once.
    time.it_value.tv_sec = static_cast<time_t>(*at_monotonic_ms / 1000);
    time.it_value.tv_nsec = static_cast<long>(*at_monotonic_ms % 1000 * 1'000'000) + 1;
  }
  timerfd_settime(alarm_, TFD_TIMER_ABSTIME, &time, nullptr);
}

Event Events::wait() {
  const auto expired = [](int timer) {
    std::uint64_t expirations = 0;
    return read(timer, &expirations, sizeof(expirations)) == sizeof(expirations);
  };
  for (;;) {
    std::array<pollfd, 4> descriptors{pollfd{.fd = signals_, .events = POLLIN, .revents = 0},
                                      pollfd{.fd = clock_, .events = POLLIN, .revents = 0},
                                      pollfd{.fd = alarm_, .events = POLLIN, .revents = 0},
                                      pollfd{.fd = calls_, .events = POLLIN, .revents = 0}};
    poll(descriptors.data(), descriptors.size(), -1);

    bool reload = false;
    signalfd_siginfo signal{};
    while (read(signals_, &signal, sizeof(signal)) == sizeof(signal)) {
      if (signal.ssi_signo != SIGHUP) return Event::stop;
      reload = true;
    }
    if (reload) return Event::reload;
    // The clock goes before calls, which may come without end.
    if (expired(clock_)) return Event::second;
    if (expired(alarm_)) return Event::alarm;
    if (descriptors[3].revents != 0) return Event::call;
  }
}

}  // namespace sekimori
