#include "bench/instructions/budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/replay_program.hpp"

namespace sekimori::bench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Budget budget() {
  return {.tolerance_percent = 3, .compiler = this_compiler(), .rows = {{"syn", 1000}}};
}

TEST(Budget, AllowsWhatIsWithinTheTolerance) {
  for (const double instructions : {970.1, 1000.0, 1029.9}) {
    EXPECT_THAT(over_budget(budget(), {{"syn", instructions}}), IsEmpty());
    EXPECT_THAT(under_budget(budget(), {{"syn", instructions}}), IsEmpty());
  }
}

TEST(Budget, NamesTheRowTheCountTheBudgetAndWhatToDo) {
  EXPECT_THAT(
      over_budget(budget(), {{"syn", 1100}}),
      ElementsAre(AllOf(StartsWith("syn: 1100.0 instructions a packet are 10.0 % over the budget "
                                   "of 1000.0, and 3.0 % are allowed"),
                        HasSubstr("./dev bench instructions --record"))));
}

TEST(Budget, SaysWhenTheCompilerIsAnother) {
  Budget recorded = budget();
  recorded.compiler = "g++ 1.0";
  EXPECT_THAT(over_budget(recorded, {{"syn", 1100}}),
              ElementsAre(HasSubstr("recorded with g++ 1.0")));
  EXPECT_THAT(over_budget(recorded, {{"syn", 1000}}), IsEmpty());
}

TEST(Budget, WantsARowForEveryBudgetAndABudgetForEveryRow) {
  EXPECT_THAT(over_budget(budget(), {{"ack", 5}}),
              ElementsAre(StartsWith("ack: 5.0 instructions a packet have no budget"),
                          StartsWith("syn: there is a budget but no such row")));
}

TEST(Budget, NotesWhatHasBecomeMuchCheaper) {
  EXPECT_THAT(under_budget(budget(), {{"syn", 900}}),
              ElementsAre(HasSubstr("10.0 % under the budget of 1000.0")));
  EXPECT_THAT(over_budget(budget(), {{"syn", 900}}), IsEmpty());
}

TEST(Budget, ReadsWhatItWrites) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "budget.json";
  write_budget(path, {.tolerance_percent = 2.5, .compiler = "g++ 12", .rows = {{"syn", 12.34}}});
  const Budget read = read_budget(path);
  EXPECT_EQ(read.tolerance_percent, 2.5);
  EXPECT_EQ(read.compiler, "g++ 12");
  EXPECT_EQ(read.rows, (std::map<std::string, double>{{"syn", 12.3}}));
}

TEST(Budget, RefusesAFileThatIsNone) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "budget.json";
  EXPECT_THROW(read_budget(path), std::runtime_error);
  for (const char* content :
       {"", "{}", R"({"tolerance_percent": 3, "compiler": "x"})",
        R"({"tolerance_percent": 3, "compiler": "x", "instructions_per_packet": {"a": "b"}})",
        R"({"tolerance_percent": 3, "compiler": "x", "instructions_per_packet": {"a": 0}})"}) {
    std::ofstream{path} << content;
    EXPECT_THROW(read_budget(path), std::runtime_error) << content;
  }
}

}  // namespace
}  // namespace sekimori::bench
