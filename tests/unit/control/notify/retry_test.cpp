#include "control/notify/retry.hpp"

#include <gtest/gtest.h>

namespace sekimori {
namespace {

constexpr RetryRules rules{.first_pause_ms = 1'000,
                           .longest_pause_ms = 60'000,
                           .most_attempts = 5,
                           .longest_age_ms = 100'000};

TEST(Retry, PausesDoubleWithinBounds) {
  struct Case {
    std::uint32_t attempts;
    std::uint64_t least_ms;
    std::uint64_t most_ms;
  };
  for (const Case& c : {Case{1, 500, 1'000}, Case{2, 1'000, 2'000}, Case{6, 16'000, 32'000},
                        Case{7, 30'000, 60'000}, Case{4'000'000'000, 30'000, 60'000}}) {
    EXPECT_EQ(pause_ms(rules, c.attempts, 0), c.least_ms);
    EXPECT_LE(pause_ms(rules, c.attempts, UINT32_MAX), c.most_ms);
    EXPECT_GE(pause_ms(rules, c.attempts, UINT32_MAX), c.most_ms - 1);
  }
}

struct Case {
  const char* name;
  AttemptResult::Outcome outcome;
  Occasion occasion;
  std::uint32_t attempts_before;
  std::uint64_t now_ms;
  DeliveryState expected;
};

TEST(Retry, EndsSometime) {
  using Outcome = AttemptResult::Outcome;
  const Case cases[] = {
      {"delivered", Outcome::delivered, Occasion::opened, 0, 10, DeliveryState::delivered},
      {"delivered late", Outcome::delivered, Occasion::opened, 9, 1'000'000,
       DeliveryState::delivered},
      {"failed once", Outcome::again, Occasion::opened, 0, 10, DeliveryState::pending},
      {"failed for good", Outcome::never, Occasion::opened, 0, 10, DeliveryState::failed},
      {"failed test", Outcome::again, Occasion::test, 0, 10, DeliveryState::failed},
      {"last attempt", Outcome::again, Occasion::ended, 4, 10, DeliveryState::failed},
      {"too old", Outcome::again, Occasion::changed, 1, 99'500, DeliveryState::failed},
  };
  for (const Case& c : cases) {
    Delivery delivery;
    delivery.occasion = c.occasion;
    delivery.progress.attempts = c.attempts_before;
    const DeliveryProgress after =
        after_attempt(delivery, {c.outcome, "the server's words"}, rules, c.now_ms, 0);
    EXPECT_EQ(after.state, c.expected) << c.name;
    EXPECT_EQ(after.attempts, c.attempts_before + 1) << c.name;
    EXPECT_NE(after.result.find("the server's words"), std::string::npos) << c.name;
    EXPECT_EQ(after.finished_ms.has_value(), c.expected != DeliveryState::pending) << c.name;
    if (c.expected == DeliveryState::pending) {
      EXPECT_GT(after.due_ms, c.now_ms) << c.name;
    }
  }
}

}  // namespace
}  // namespace sekimori
