#include "control/store/policy_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/control/store/store_fixture.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

class History : public StoreTest {
 protected:
  PolicyHistory& history() { return store().policies(); }

  std::uint64_t begin(const std::string& text, std::optional<std::uint64_t> confirm_by_ms = {}) {
    return history()
        .begin({.text = text,
                .image_id = "id of " + text,
                .author = "hanako",
                .comment = "why",
                .committed_ms = 1'000,
                .confirm_by_ms = confirm_by_ms})
        .value();
  }
  std::uint64_t commit(const std::string& text, std::optional<std::uint64_t> confirm_by_ms = {}) {
    const std::uint64_t number = begin(text, confirm_by_ms);
    EXPECT_TRUE(history().put_in_force(number).has_value());
    return number;
  }
  std::string in_force() {
    const auto version = history().in_force().value();
    return version ? version->text : "";
  }
  VersionState state_of(std::uint64_t number) { return history().get(number).value()->state; }
};

TEST_F(History, IsEmptyAtFirst) {
  EXPECT_FALSE(history().in_force().value().has_value());
  EXPECT_FALSE(history().unfinished().value().has_value());
  EXPECT_TRUE(history().list({}, 10).value().empty());
}

TEST_F(History, APendingVersionIsNotInForce) {
  commit("one");
  const std::uint64_t second = begin("two");
  reopen();
  EXPECT_EQ(in_force(), "one");
  EXPECT_EQ(history().unfinished().value()->number, second);
  EXPECT_THAT(history().begin({}).error(), HasSubstr("policy version 2 is pending"));
  ASSERT_TRUE(history().fail(second, "the dataplane refused it").has_value());
  EXPECT_EQ(in_force(), "one");
  EXPECT_EQ(state_of(second), VersionState::failed);
  EXPECT_FALSE(history().unfinished().value().has_value());
}

TEST_F(History, KeepsWhatItIsTold) {
  commit("one");
  const std::uint64_t number = commit("two", 5'000);
  reopen();
  const PolicyVersion version = history().get(number).value().value();
  EXPECT_EQ(version.text, "two");
  EXPECT_EQ(version.image_id, "id of two");
  EXPECT_EQ(version.author, "hanako");
  EXPECT_EQ(version.comment, "why");
  EXPECT_EQ(version.committed_ms, 1'000U);
  EXPECT_EQ(version.confirm_by_ms, 5'000U);
  EXPECT_EQ(version.base, 1U);
  EXPECT_EQ(version.state, VersionState::awaiting_confirmation);
}

TEST_F(History, AConfirmedVersionStays) {
  commit("one");
  const std::uint64_t second = commit("two", 5'000);
  EXPECT_THAT(history().begin({}).error(), HasSubstr("is awaiting-confirmation"));
  ASSERT_TRUE(history().confirm(second, "taro").has_value());
  EXPECT_EQ(in_force(), "two");
  EXPECT_EQ(history().get(second).value()->confirmed_by, "taro");
  EXPECT_THAT(history().confirm(second, "taro").error(), HasSubstr("is not awaiting"));
  EXPECT_THAT(history().roll_back(second, "late").error(), HasSubstr("is not awaiting"));
  EXPECT_EQ(in_force(), "two");
}

TEST_F(History, AVersionThatIsRolledBackGivesWayToTheOneBefore) {
  commit("one");
  const std::uint64_t second = commit("two", 5'000);
  EXPECT_EQ(in_force(), "two");
  ASSERT_TRUE(history().roll_back(second, "not confirmed").has_value());
  EXPECT_EQ(in_force(), "one");
  EXPECT_EQ(state_of(second), VersionState::rolled_back);
  EXPECT_EQ(history().get(second).value()->outcome, "not confirmed");
  EXPECT_EQ(commit("three"), 3U);
}

TEST_F(History, TheFirstVersionCannotBeRolledBack) {
  const std::uint64_t first = commit("one", 5'000);
  EXPECT_THAT(history().roll_back(first, "").error(), HasSubstr("has none before it"));
  EXPECT_EQ(in_force(), "one");
}

TEST_F(History, ListsTheNewestFirst) {
  for (const char* text : {"one", "two", "three", "four"}) commit(text);
  std::vector<std::uint64_t> numbers;
  const auto all = history().list(4, 2).value();
  for (const PolicyVersion& version : all) {
    numbers.push_back(version.number);
    EXPECT_EQ(version.text, "");
  }
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{3, 2}));
}

TEST_F(History, RemovesTheOldestVersionsBeyondItsBounds) {
  const std::uint64_t kept = commit("in force since long");
  const auto remaining = [&](PolicyHistory::Bounds bounds, const std::string& text) {
    PolicyHistory bounded{store().database(), bounds};
    for (int i = 0; i < 10; ++i) {
      NewVersion version;
      version.text = text;
      EXPECT_TRUE(bounded.fail(bounded.begin(version).value(), "").has_value());
    }
    std::vector<std::uint64_t> numbers;
    const auto all = history().list({}, 100).value();
    for (const PolicyVersion& version : all) numbers.push_back(version.number);
    return numbers;
  };
  using Numbers = std::vector<std::uint64_t>;
  EXPECT_EQ(remaining({.versions = 3, .text_bytes = 1'000}, "x"), (Numbers{11, 10, 9, kept}));
  EXPECT_EQ(remaining({.versions = 50, .text_bytes = 250}, std::string(100, 'x')),
            (Numbers{21, 20, 19, kept}));
  EXPECT_EQ(in_force(), "in force since long");
}

}  // namespace
}  // namespace sekimori
