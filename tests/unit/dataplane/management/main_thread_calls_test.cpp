#include "dataplane/management/main_thread_calls.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>
#include <vector>

namespace sekimori {
namespace {

bool waits(const MainThreadCalls& calls, int at_most_ms) {
  pollfd state{.fd = calls.descriptor(), .events = POLLIN, .revents = 0};
  return poll(&state, 1, at_most_ms) == 1;
}

TEST(MainThreadCalls, RunOnTheThreadThatRunsThem) {
  auto calls = MainThreadCalls::open();
  ASSERT_TRUE(calls.has_value());
  EXPECT_FALSE(waits(*calls, 0));
  std::thread::id ran_by;
  bool ran = false;
  std::thread caller{[&] { ran = calls->call([&] { ran_by = std::this_thread::get_id(); }); }};
  ASSERT_TRUE(waits(*calls, 10'000));
  calls->run();
  caller.join();
  EXPECT_TRUE(ran);
  EXPECT_EQ(ran_by, std::this_thread::get_id());
  EXPECT_FALSE(waits(*calls, 0));
}

TEST(MainThreadCalls, OfManyThreadsAreRunOneByOne) {
  auto calls = MainThreadCalls::open();
  ASSERT_TRUE(calls.has_value());
  constexpr int threads = 8;
  constexpr int each = 100;
  int count = 0;  // no lock: only one thread touches it
  std::vector<std::thread> callers;
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([&] {
      for (int i = 0; i < each; ++i) EXPECT_TRUE(calls->call([&] { ++count; }));
    });
  }
  while (count < threads * each) {
    ASSERT_TRUE(waits(*calls, 10'000));
    calls->run();
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(count, threads * each);
}

TEST(MainThreadCalls, AreTurnedAwayAtTheEnd) {
  auto calls = MainThreadCalls::open();
  ASSERT_TRUE(calls.has_value());
  bool ran = true;
  std::thread caller{[&] { ran = calls->call([] { FAIL(); }); }};
  ASSERT_TRUE(waits(*calls, 10'000));
  calls->close();
  caller.join();
  EXPECT_FALSE(ran);
  EXPECT_FALSE(calls->call([] { FAIL(); }));
}

}  // namespace
}  // namespace sekimori
