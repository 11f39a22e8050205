#include "dataplane/dpdk/events.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.hpp"
#include "tests/support/unique_fd.hpp"

namespace sekimori {
namespace {

/// The next event that is not the clock's.
Event next(Events& events) {
  Event event = Event::second;
  while (event == Event::second) event = events.wait();
  return event;
}

TEST(Events, BringCallsSignalsAndTheAlarm) {
  const lab::UniqueFd calls{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  auto events = Events::open(calls.get());
  ASSERT_TRUE(events.has_value()) << events.error().message;
  EXPECT_EQ(events->wait(), Event::second);

  const std::uint64_t one = 1;
  ASSERT_EQ(write(calls.get(), &one, sizeof(one)), 8);
  EXPECT_EQ(next(*events), Event::call);
  std::uint64_t count = 0;
  ASSERT_EQ(read(calls.get(), &count, sizeof(count)), 8);

  events->set_alarm(read_clock().monotonic_ms() - 1);
  EXPECT_EQ(next(*events), Event::alarm);
  const std::uint64_t soon_ms = read_clock().monotonic_ms() + 30;
  events->set_alarm(soon_ms);
  EXPECT_EQ(next(*events), Event::alarm);
  EXPECT_GE(read_clock().monotonic_ms(), soon_ms);

  events->set_alarm(read_clock().monotonic_ms() - 1);
  events->set_alarm(std::nullopt);
  raise(SIGHUP);
  EXPECT_EQ(next(*events), Event::reload);
  // Only the clock is left.
  EXPECT_EQ(events->wait(), Event::second);
  raise(SIGTERM);
  EXPECT_EQ(next(*events), Event::stop);
}

}  // namespace
}  // namespace sekimori
