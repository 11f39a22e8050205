#include "control/transaction/child.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace sekimori {
namespace {

using testing::EndsWith;

tl::expected<ChildResult, std::string> shell(const std::string& script,
                                             const ChildLimits& limits = {}) {
  return run_child("/bin/sh", {"-c", script}, limits);
}

TEST(Child, GivesWhatItPrintsAndHowItEnds) {
  const auto result = shell("echo out; echo err >&2; exit 3").value();
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(shell("kill -9 $$").value().status, 128 + 9);
}

TEST(Child, GetsItsArgumentsAsTheyAre) {
  const auto result = run_child("/bin/echo", {"a b", "$HOME", "'"}).value();
  EXPECT_EQ(result.output, "a b $HOME '\n");
}

TEST(Child, HasNoInputNoEnvironmentAndNoFilesOfOurs) {
  ASSERT_EQ(::setenv("SEKIMORI_SECRET", "x", 1), 0);
  EXPECT_EQ(shell("cat; echo \"[$SEKIMORI_SECRET]\"").value().output, "[]\n");
  // ls itself opens the folder.
  EXPECT_EQ(shell("ls /proc/self/fd").value().output, "0\n1\n2\n3\n");
}

TEST(Child, MayPrintMoreThanAPipeHolds) {
  const auto result = shell("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2").value();
  EXPECT_EQ(result.output.size(), 1'000'000U);
  EXPECT_EQ(result.errors.size(), 65'536U);
}

TEST(Child, IsKilledBeyondItsLimits) {
  EXPECT_THAT(shell("sleep 1000", {.timeout_ms = 50, .max_output_bytes = 1}).error(),
              EndsWith("took longer than 50 ms"));
  EXPECT_THAT(shell("cat /dev/zero", {.timeout_ms = 60'000, .max_output_bytes = 1'000}).error(),
              EndsWith("printed more than 1000 bytes"));
}

TEST(Child, IsRefusedWhenThereIsNoSuchProgram) {
  EXPECT_THAT(run_child("/none", {}).error(), EndsWith("No such file or directory"));
}

}  // namespace
}  // namespace sekimori
