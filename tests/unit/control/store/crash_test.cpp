// Whatever moment control is killed at, the store afterwards has exactly what it had acknowledged.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

#include "control/store/store.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

/// What the child has been told is done.
struct Acknowledged {
  std::atomic<std::uint64_t> in_force{0};
  std::atomic<std::uint64_t> audited{0};
  std::atomic<bool> ready{false};
};

/// Memory that the child writes and that outlives it.
class SharedPage {
 public:
  SharedPage()
      : memory_(::mmap(nullptr, sizeof(Acknowledged), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::runtime_error{"mmap"};
    value_ = new (memory_) Acknowledged;
  }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;
  ~SharedPage() { ::munmap(memory_, sizeof(Acknowledged)); }

  Acknowledged* operator->() { return value_; }

 private:
  void* memory_;
  Acknowledged* value_;
};

std::string text_of(std::uint64_t number) {
  return "# version " + std::to_string(number) + '\n' + std::string(5'000, 'x');
}

/// Commits one version after the other until it is killed.
[[noreturn]] void commit_for_ever(const std::string& path, SharedPage& done) {
  auto opened = Store::open(path);
  if (!opened) ::_exit(3);
  Store& store = **opened;
  done->ready = true;
  for (std::uint64_t stamp = done->audited + 1;; ++stamp) {
    const auto number = store.policies().begin({.text = text_of(stamp),
                                                .image_id = "",
                                                .author = "child",
                                                .comment = "",
                                                .committed_ms = stamp,
                                                .confirm_by_ms = {}});
    if (!number) ::_exit(4);
    const auto committed = store.database().attempt([&] {
      if (!store.policies().put_in_force(*number)) throw DatabaseFault{"put_in_force"};
      if (!store.audit().append({.at_ms = stamp,
                                 .person = "child",
                                 .duty = "",
                                 .what = "policy.commit",
                                 .target = std::to_string(*number),
                                 .result = "done",
                                 .detail = ""})) {
        throw DatabaseFault{"append"};
      }
    });
    if (!committed) ::_exit(5);
    done->in_force = *number;
    ++done->audited;
  }
}

void kill_at_a_random_moment(const std::string& path, SharedPage& done, std::minstd_rand& random) {
  done->ready = false;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) commit_for_ever(path, done);
  while (!done->ready) {
    ASSERT_EQ(::waitpid(child, nullptr, WNOHANG), 0) << "the child ended by itself";
    std::this_thread::yield();
  }
  std::uniform_int_distribution<int> microseconds{0, 12'000};
  std::this_thread::sleep_for(std::chrono::microseconds{microseconds(random)});
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "exit status " << WEXITSTATUS(status);
}

/// The store has what was acknowledged, and at most one more that the child did not live to hear
/// of; a version is in force and audited, or neither.
void expect_acknowledged(Store& store, SharedPage& done) {
  const auto in_force = store.policies().in_force().value();
  const std::uint64_t number = in_force ? in_force->number : 0;
  EXPECT_GE(number, done->in_force);
  if (in_force) {
    EXPECT_EQ(in_force->text, text_of(in_force->committed_ms));
    const auto entries = store.audit().list(store.audit().head().value().sequence, 1).value();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].event.target, std::to_string(number));
  }
  const auto verdict = store.audit().verify().value();
  EXPECT_EQ(verdict.first_broken, std::nullopt) << verdict.detail;
  EXPECT_GE(verdict.checked, done->audited);
  EXPECT_LE(verdict.checked, done->audited + 1);
  std::uint64_t committed = 0;
  const auto all = store.policies().list({}, 100'000).value();
  for (const PolicyVersion& version : all) {
    if (version.state == VersionState::committed) ++committed;
  }
  if (verdict.checked < PolicyHistory::Bounds{}.versions / 2) {
    EXPECT_EQ(committed, verdict.checked);
  }
  done->in_force = number;
  done->audited = verdict.checked;
}

TEST(Crash, LeavesExactlyWhatWasAcknowledged) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "store.db";
  SharedPage done;
  std::minstd_rand random{20};
  for (int round = 0; round < 60; ++round) {
    kill_at_a_random_moment(path, done, random);
    auto opened = Store::open(path);
    ASSERT_TRUE(opened.has_value()) << opened.error();
    expect_acknowledged(**opened, done);
    if (const auto pending = (*opened)->policies().unfinished().value()) {
      EXPECT_TRUE((*opened)->policies().fail(pending->number, "killed").has_value());
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(done->audited, 0U);
}

}  // namespace
}  // namespace sekimori
