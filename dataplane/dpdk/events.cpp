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

tl::expected<Events, Failure> Events::open() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int number : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&watched, number);
  pthread_sigmask(SIG_BLOCK, &watched, nullptr);

  Events events{signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK),
                timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
  const itimerspec every_second{.it_interval = {.tv_sec = 1, .tv_nsec = 0},
                                .it_value = {.tv_sec = 1, .tv_nsec = 0}};
  if (events.signals_ < 0 || events.clock_ < 0 ||
      timerfd_settime(events.clock_, 0, &every_second, nullptr) != 0) {
    return refused(std::string{"cannot wait for signals and the clock: "} + std::strerror(errno));
  }
  return events;
}

Events::Events(Events&& other) noexcept
    : signals_(std::exchange(other.signals_, -1)), clock_(std::exchange(other.clock_, -1)) {}

Events::~Events() {
  if (signals_ >= 0) close(signals_);
  if (clock_ >= 0) close(clock_);
}

Event Events::wait() {
  for (;;) {
    std::array<pollfd, 2> descriptors{pollfd{.fd = signals_, .events = POLLIN, .revents = 0},
                                      pollfd{.fd = clock_, .events = POLLIN, .revents = 0}};
    poll(descriptors.data(), descriptors.size(), -1);

    bool reload = false;
    signalfd_siginfo signal{};
    while (read(signals_, &signal, sizeof(signal)) == sizeof(signal)) {
      if (signal.ssi_signo != SIGHUP) return Event::stop;
      reload = true;
    }
    if (reload) return Event::reload;
    std::uint64_t expirations = 0;
    if (read(clock_, &expirations, sizeof(expirations)) == sizeof(expirations)) {
      return Event::second;
    }
  }
}

}  // namespace sekimori
