// A policy change that is killed at every point: before and after each write and each sync of the
// store's files, and in the dataplane's part of it. What is in force afterwards is the old or the
// new policy, it is the one that is applied, and the audit agrees.

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

#include "control/transaction/policy_transactions.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

// SQLite's own file system, with a count of its writes and syncs. Tables of methods are replaced in
// files after they have been opened; each knows the one that it replaces.

using Methods = sqlite3_io_methods;

std::optional<std::uint64_t> steps_to_live;
int (*original_open)(sqlite3_vfs*, const char*, sqlite3_file*, int, int*) = nullptr;

struct Replaced {
  Methods counted;
  const Methods* original;
};

std::map<const Methods*, Replaced>& replaced_methods() {
  static std::map<const Methods*, Replaced> all;
  return all;
}

const Methods* original_of(const sqlite3_file* file) {
  for (const auto& [key, replaced] : replaced_methods()) {
    if (&replaced.counted == file->pMethods) return replaced.original;
  }
  ::_exit(9);
}

void step() {
  if (!steps_to_live) return;
  if (*steps_to_live == 0) ::kill(::getpid(), SIGKILL);
  --*steps_to_live;
}

int counted_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  step();
  return original_of(file)->xWrite(file, data, size, offset);
}

int counted_sync(sqlite3_file* file, int flags) {
  step();
  return original_of(file)->xSync(file, flags);
}

int counting_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
  const int result = original_open(vfs, name, file, flags, out);
  if (file->pMethods == nullptr) return result;
  auto& all = replaced_methods();
  auto found = all.find(file->pMethods);
  if (found == all.end()) {
    found = all.emplace(file->pMethods, Replaced{*file->pMethods, file->pMethods}).first;
    found->second.counted.xWrite = counted_write;
    found->second.counted.xSync = counted_sync;
    // Files in memory are written without the counted methods.
    found->second.counted.iVersion = 1;
  }
  file->pMethods = &found->second.counted;
  return result;
}

void count_steps() {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  if (original_open != nullptr) return;
  original_open = vfs->xOpen;
  vfs->xOpen = counting_open;
}

std::string toml(char name) {
  return std::string{"[[object]]\nname = \""} + name + "\"\nprefixes = [\"10.0.0.1\"]\n";
}

/// Memory that outlives the child: what the dataplane has, and whether the child heard of success.
struct Shared {
  char dataplane = 0;
  bool acknowledged = false;
};

class SharedPage {
 public:
  SharedPage()
      : memory_(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::runtime_error{"mmap"};
    value_ = new (memory_) Shared;
  }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;
  ~SharedPage() { ::munmap(memory_, sizeof(Shared)); }
  Shared* operator->() { return value_; }

 private:
  void* memory_;
  Shared* value_;
};

enum class Change { commit, commit_to_confirm, confirm, rollback, deadline };

constexpr std::array all_changes{Change::commit, Change::commit_to_confirm, Change::confirm,
                                 Change::rollback, Change::deadline};

bool starts_awaiting(Change change) {
  return change == Change::confirm || change == Change::rollback || change == Change::deadline;
}

constexpr std::uint64_t now_ms = 1'000'000;
const Author author{.person = "hanako", .duty = "operator"};

class CommitCrash : public testing::TestWithParam<Change> {
 protected:
  PolicyTransactions transactions(Store& store) {
    return {store, [this](const CheckedPolicy& checked) -> tl::expected<void, std::string> {
              step();
              shared_->dataplane = checked.policy.objects.at(0).name.value.at(0);
              step();
              return {};
            }};
  }

  std::string path(std::uint64_t round) const {
    return folder_.path() / ("store-" + std::to_string(round) + ".db");
  }

  /// Version 1 is "a", in force; where the change needs it, version 2 is "b" and awaits.
  void prepare(const std::string& file) {
    auto store = Store::open(file).value();
    auto changes = transactions(*store);
    ASSERT_TRUE(changes.commit(toml('a'), author, "", 0, now_ms).has_value());
    if (!starts_awaiting(GetParam())) return;
    ASSERT_TRUE(changes.commit(toml('b'), author, "", 60, now_ms).has_value());
  }

  bool make_change(PolicyTransactions& changes) {
    switch (GetParam()) {
      case Change::commit:
        return changes.commit(toml('b'), author, "", 0, now_ms).has_value();
      case Change::commit_to_confirm:
        return changes.commit(toml('b'), author, "", 60, now_ms).has_value();
      case Change::confirm:
        return changes.confirm(2, author, now_ms).has_value();
      case Change::rollback:
        return changes.rollback(2, author, "", now_ms).has_value();
      case Change::deadline:
        return changes.tick(now_ms + 60'000).has_value();
    }
    return false;
  }

  /// Makes the change in a child that dies after so many steps. False when it lived.
  bool dies_after(std::uint64_t steps, const std::string& file) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = Store::open(file);
      if (!store) ::_exit(3);
      auto changes = transactions(**store);
      steps_to_live = steps;
      if (!make_change(changes)) ::_exit(4);
      shared_->acknowledged = true;
      steps_to_live.reset();
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
    return WIFSIGNALED(status);
  }

  void expect_sound(const std::string& file) {
    auto store = Store::open(file).value();
    auto changes = transactions(*store);
    const auto recovered = changes.recover(now_ms);
    ASSERT_TRUE(recovered.has_value()) << recovered.error().detail;
    ASSERT_TRUE(recovered->has_value()) << "none is in force";
    const PolicyVersion& version = **recovered;
    EXPECT_TRUE(version.number == 1 || version.number == 2);
    EXPECT_EQ(version.text, toml(version.number == 1 ? 'a' : 'b'));
    EXPECT_EQ(shared_->dataplane, version.number == 1 ? 'a' : 'b');
    EXPECT_EQ(store->policies().in_force().value()->number, version.number);
    if (shared_->acknowledged) expect_acknowledged(version);

    EXPECT_EQ(store->audit().verify().value().first_broken, std::nullopt);
    const auto entries = store->audit().list(2, 10).value();
    std::string last;
    for (const AuditEntry& entry : entries) {
      last = entry.event.what + ' ' + entry.event.target + ' ' + entry.event.result;
    }
    EXPECT_EQ(last, expected_audit(*store, version.number));
  }

  void expect_acknowledged(const PolicyVersion& version) {
    const bool gone = GetParam() == Change::rollback || GetParam() == Change::deadline;
    EXPECT_EQ(version.number, gone ? 1U : 2U);
    if (GetParam() == Change::confirm) {
      EXPECT_EQ(version.state, VersionState::committed);
    }
  }

  static std::string expected_audit(Store& store, std::uint64_t in_force) {
    const auto second = store.policies().get(2).value();
    if (!second) return "";
    switch (second->state) {
      case VersionState::failed:
        EXPECT_EQ(in_force, 1U);
        return "policy.commit version 2 failed";
      case VersionState::rolled_back:
        EXPECT_EQ(in_force, 1U);
        return "policy.rollback version 2 done";
      case VersionState::committed:
        EXPECT_EQ(in_force, 2U);
        return second->confirm_by_ms ? "policy.confirm version 2 done"
                                     : "policy.commit version 2 done";
      case VersionState::awaiting_confirmation:
        EXPECT_EQ(in_force, 2U);
        return "policy.commit version 2 done";
      case VersionState::pending:
        break;
    }
    return "it is still pending";
  }

  test::TemporaryFolder folder_;
  SharedPage shared_;
};

TEST_P(CommitCrash, LeavesTheOldOrTheNewPolicyInForce) {
  count_steps();
  bool killed = true;
  std::uint64_t steps = 0;
  for (; killed; ++steps) {
    SCOPED_TRACE("killed at step " + std::to_string(steps));
    prepare(path(steps));
    shared_->acknowledged = false;
    killed = dies_after(steps, path(steps));
    EXPECT_EQ(shared_->acknowledged, !killed);
    expect_sound(path(steps));
    if (HasFailure()) return;
  }
  EXPECT_GT(steps, 4U) << "at least the writes and syncs of one commit were counted";
}

INSTANTIATE_TEST_SUITE_P(Changes, CommitCrash, testing::ValuesIn(all_changes));

}  // namespace
}  // namespace sekimori
