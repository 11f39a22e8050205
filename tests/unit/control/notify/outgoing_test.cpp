#include "control/notify/outgoing.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sekimori {
namespace {

Delivery delivery(const std::string& key, std::uint64_t due_ms, Channel channel = Channel::mail) {
  Delivery result;
  result.key = key;
  result.recipient.channel = channel;
  result.progress.due_ms = due_ms;
  return result;
}

std::vector<std::string> due(const Outgoing& queue, std::uint64_t now_ms) {
  std::vector<std::string> keys;
  queue.for_each_due(now_ms, [&](const Outgoing::Entry& e) { keys.push_back(e.delivery.key); });
  return keys;
}

TEST(Outgoing, GivesTheLongestDueFirst) {
  Outgoing queue{10};
  queue.add(delivery("c", 300), "");
  queue.add(delivery("a", 100), "");
  queue.add(delivery("b", 200), "");
  EXPECT_EQ(due(queue, 99), std::vector<std::string>{});
  EXPECT_EQ(due(queue, 200), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(queue.next_due_after(99), 100);
  EXPECT_EQ(queue.next_due_after(100), 200);
  EXPECT_EQ(queue.next_due_after(300), std::nullopt);

  queue.reschedule("a", {.state = DeliveryState::pending,
                         .attempts = 1,
                         .due_ms = 400,
                         .finished_ms = std::nullopt,
                         .result = "again"});
  EXPECT_EQ(due(queue, 400), (std::vector<std::string>{"b", "c", "a"}));
  EXPECT_EQ(queue.at("a").delivery.progress.attempts, 1);
}

TEST(Outgoing, CountsWhatItHolds) {
  Outgoing queue{2};
  EXPECT_EQ(queue.room(), 2);
  queue.add(delivery("a", 1, Channel::webhook), "http://127.0.0.1:80");
  queue.add(delivery("b", 1), "");
  EXPECT_EQ(queue.room(), 0);
  EXPECT_TRUE(queue.contains("a"));
  EXPECT_EQ(queue.pending(Channel::webhook), 1);
  queue.remove("a");
  queue.remove("a");
  EXPECT_EQ(queue.room(), 1);
  EXPECT_EQ(queue.pending(Channel::webhook), 0);
  EXPECT_EQ(due(queue, 1), std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace sekimori
