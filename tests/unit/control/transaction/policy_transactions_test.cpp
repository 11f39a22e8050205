#include "control/transaction/policy_transactions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = TransactionFaultKind;

std::string toml(const std::string& name) {
  return "[[object]]\nname = \"" + name + "\"\nprefixes = [\"10.0.0.1\"]\n";
}

/// What stands for the dataplane: the name of the object of the last policy that it took.
struct FakeDataplane {
  std::string object;
  std::string refuses;  ///< the object of a policy that it does not take
  bool reachable = true;

  tl::expected<void, std::string> apply(const CheckedPolicy& checked) {
    if (!reachable) return tl::unexpected<std::string>{"no answer"};
    const std::string& name = checked.policy.objects.at(0).name.value;
    if (name == refuses) return tl::unexpected<std::string>{"not enough slots"};
    object = name;
    return {};
  }
};

class Transactions : public testing::Test {
 protected:
  Transactions() { restart(); }

  void restart() {
    transactions_.reset();
    store_.reset();
    auto opened = Store::open(folder_.path() / "store.db");
    if (!opened) throw std::runtime_error{opened.error()};
    store_ = std::move(*opened);
    transactions_ = std::make_unique<PolicyTransactions>(
        *store_, [this](const CheckedPolicy& checked) { return dataplane_.apply(checked); });
  }

  PolicyTransactions& transactions() { return *transactions_; }
  PolicyTransactions::Result<PolicyVersion> commit(const std::string& name,
                                                   std::uint32_t confirm_within_s = 0,
                                                   std::uint64_t now_ms = 1'000) {
    return transactions().commit(toml(name), hanako_, "why", confirm_within_s, now_ms);
  }
  std::string in_force() {
    const auto version = store_->policies().in_force().value();
    return version ? check_policy(version->text)->policy.objects.at(0).name.value : "";
  }
  /// "PERSON WHAT TARGET RESULT" of each entry of the audit, which is intact.
  std::vector<std::string> audit() {
    EXPECT_EQ(store_->audit().verify().value().first_broken, std::nullopt);
    std::vector<std::string> result;
    const auto entries = store_->audit().list(0, 100).value();
    for (const AuditEntry& e : entries) {
      result.push_back(e.event.person + ' ' + e.event.what + ' ' + e.event.target + ' ' +
                       e.event.result);
    }
    return result;
  }

  test::TemporaryFolder folder_;
  FakeDataplane dataplane_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<PolicyTransactions> transactions_;
  const Author hanako_{.person = "hanako", .duty = "operator"};
  const Author taro_{.person = "taro", .duty = "operator"};
};

TEST_F(Transactions, ACommitComesIntoForce) {
  const PolicyVersion version = commit("a").value();
  EXPECT_EQ(version.number, 1U);
  EXPECT_EQ(version.state, VersionState::committed);
  EXPECT_EQ(version.author, "hanako");
  EXPECT_EQ(version.image_id, check_policy(toml("a"))->image.id());
  EXPECT_EQ(dataplane_.object, "a");
  EXPECT_EQ(in_force(), "a");
  EXPECT_THAT(audit(), ElementsAre("hanako policy.commit version 1 done"));
}

TEST_F(Transactions, AFaultyPolicyIsNotTaken) {
  ASSERT_TRUE(commit("a").has_value());
  const auto fault =
      transactions().commit("[[object]]\nname = \"b\"\n", hanako_, "", 0, 1'000).error();
  EXPECT_EQ(fault.kind, Kind::faulty_policy);
  EXPECT_THAT(fault.diagnostics.value().text(), HasSubstr("policy.toml:1:1: object.prefixes"));
  EXPECT_EQ(dataplane_.object, "a");
  EXPECT_EQ(in_force(), "a");
}

TEST_F(Transactions, APolicyThatTheDataplaneRefusesIsNotInForce) {
  ASSERT_TRUE(commit("a").has_value());
  dataplane_.refuses = "b";
  const auto fault = commit("b").error();
  EXPECT_EQ(fault.kind, Kind::dataplane);
  EXPECT_THAT(fault.detail, HasSubstr("not enough slots"));
  EXPECT_EQ(dataplane_.object, "a");
  EXPECT_EQ(in_force(), "a");
  EXPECT_EQ(store_->policies().get(2).value()->state, VersionState::failed);
  EXPECT_THAT(audit(), ElementsAre("hanako policy.commit version 1 done",
                                   "hanako policy.commit version 2 failed"));
  EXPECT_TRUE(commit("c").has_value()) << "nothing is left that stands in the way";
}

TEST_F(Transactions, AConfirmedVersionStays) {
  ASSERT_TRUE(commit("a").has_value());
  const PolicyVersion version = commit("b", 60, 1'000).value();
  EXPECT_EQ(version.state, VersionState::awaiting_confirmation);
  EXPECT_EQ(version.confirm_by_ms, 61'000U);
  EXPECT_EQ(dataplane_.object, "b");
  EXPECT_FALSE(transactions().tick(60'999).value().has_value());
  EXPECT_EQ(transactions().confirm(2, taro_, 60'999)->confirmed_by, "taro");
  EXPECT_FALSE(transactions().tick(100'000).value().has_value());
  EXPECT_EQ(dataplane_.object, "b");
  EXPECT_THAT(audit(), ElementsAre("hanako policy.commit version 1 done",
                                   "hanako policy.commit version 2 done",
                                   "taro policy.confirm version 2 done"));
}

TEST_F(Transactions, AVersionThatNobodyConfirmsIsRolledBack) {
  ASSERT_TRUE(commit("a").has_value());
  ASSERT_TRUE(commit("b", 60, 1'000).has_value());
  EXPECT_EQ(transactions().confirm(2, taro_, 61'000).error().kind, Kind::conflict) << "too late";
  EXPECT_EQ(transactions().tick(61'000).value()->number, 1U);
  EXPECT_EQ(dataplane_.object, "a");
  EXPECT_EQ(in_force(), "a");
  EXPECT_EQ(store_->policies().get(2).value()->state, VersionState::rolled_back);
  EXPECT_EQ(transactions().confirm(2, taro_, 61'001).error().kind, Kind::conflict);
  EXPECT_FALSE(transactions().tick(70'000).value().has_value());
  EXPECT_THAT(audit(), ElementsAre("hanako policy.commit version 1 done",
                                   "hanako policy.commit version 2 done",
                                   "sekimori-control policy.rollback version 2 done"));
}

TEST_F(Transactions, TheDeadlineSurvivesARestart) {
  ASSERT_TRUE(commit("a").has_value());
  ASSERT_TRUE(commit("b", 60, 1'000).has_value());
  restart();
  EXPECT_EQ(transactions().recover(2'000).value()->number, 2U);
  EXPECT_EQ(dataplane_.object, "b");
  restart();
  EXPECT_EQ(transactions().recover(61'000).value()->number, 1U) << "over while control was away";
  EXPECT_EQ(dataplane_.object, "a");
}

TEST_F(Transactions, ARollbackIsTriedAgainUntilTheDataplaneTakesIt) {
  ASSERT_TRUE(commit("a").has_value());
  ASSERT_TRUE(commit("b", 60, 1'000).has_value());
  dataplane_.reachable = false;
  EXPECT_EQ(transactions().tick(61'000).error().kind, Kind::dataplane);
  EXPECT_EQ(in_force(), "b");
  dataplane_.reachable = true;
  EXPECT_EQ(transactions().tick(62'000).value()->number, 1U);
  EXPECT_EQ(dataplane_.object, "a");
}

TEST_F(Transactions, NothingElseIsCommittedMeanwhile) {
  ASSERT_TRUE(commit("a").has_value());
  ASSERT_TRUE(commit("b", 60, 1'000).has_value());
  const auto fault = commit("c").error();
  EXPECT_EQ(fault.kind, Kind::conflict);
  EXPECT_THAT(fault.detail, HasSubstr("policy version 2 awaits its confirmation"));
  EXPECT_EQ(dataplane_.object, "b");
}

TEST_F(Transactions, TheFirstVersionNeedsNoConfirmation) {
  EXPECT_EQ(commit("a", 60)->state, VersionState::committed);
}

TEST_F(Transactions, ARollbackOfWhatIsNotConfirmedIsAtOnce) {
  ASSERT_TRUE(commit("a").has_value());
  ASSERT_TRUE(commit("b", 60).has_value());
  EXPECT_EQ(transactions().rollback(2, taro_, "users complain", 2'000)->number, 1U);
  EXPECT_EQ(dataplane_.object, "a");
  EXPECT_EQ(store_->policies().get(2).value()->outcome, "users complain");
}

TEST_F(Transactions, ARollbackToAnyVersionIsANewOne) {
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(commit(name).has_value());
  const PolicyVersion version = transactions().rollback(1, taro_, "", 2'000).value();
  EXPECT_EQ(version.number, 4U);
  EXPECT_EQ(version.comment, "back to version 1");
  EXPECT_EQ(dataplane_.object, "a");
  EXPECT_EQ(in_force(), "a");
  EXPECT_EQ(transactions().rollback(9, taro_, "", 2'000).error().kind, Kind::not_found);
}

TEST_F(Transactions, RecoveryTellsAndAppliesWhatIsInForce) {
  EXPECT_FALSE(transactions().recover(1'000).value().has_value());
  ASSERT_TRUE(commit("a").has_value());
  dataplane_.object = "";
  restart();
  EXPECT_EQ(transactions().recover(1'000).value()->number, 1U);
  EXPECT_EQ(dataplane_.object, "a");
  dataplane_.reachable = false;
  EXPECT_EQ(transactions().recover(1'000).error().kind, Kind::dataplane);
  EXPECT_EQ(in_force(), "a");
}

TEST_F(Transactions, WhatCannotBeRecordedIsNotInForce) {
  ASSERT_TRUE(commit("a").has_value());
  // The audit takes nothing, as it would on a full disk.
  store_->database().execute(
      "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END");
  EXPECT_EQ(commit("b").error().kind, Kind::store);
  EXPECT_EQ(dataplane_.object, "a");
  EXPECT_EQ(in_force(), "a");
  store_->database().execute("DROP TRIGGER full");
  EXPECT_TRUE(commit("c").has_value());
  EXPECT_EQ(dataplane_.object, "c");
}

}  // namespace
}  // namespace sekimori
