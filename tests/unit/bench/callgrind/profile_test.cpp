#include "bench/callgrind/profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

namespace sekimori::bench {
namespace {

// Shortened from what valgrind 3.19 writes: names stand out once and as numbers from then on, in
// later parts too, and a call repeats what the callee did.
constexpr const char* two_parts = R"(# callgrind format
version: 1
creator: callgrind-3.19.0
part: 1

desc: Timerange: Basic block 0 - 100
desc: Trigger: Client Request: synack 10
positions: line
events: Ir
summary: 1000

ob=(1) /bin/program
fl=(1) /src/dataplane/pipeline/pipeline.cpp
fn=(1) process
54 100
+2 50
fi=(2) /src/dataplane/packet/siphash.hpp
20 250
fe=(1)
60 100
cfi=(3) /src/dataplane/packet/parse.cpp
cfn=(2) parse
calls=64 80
* 500

fl=(3)
fn=(2)
80 400
-3 100

totals: 1000

part: 2

desc: Trigger: Client Request: drop 4
positions: line
events: Ir

fl=(3)
fn=(2)
80 12

totals: 12

part: 3

desc: Trigger: Program termination
positions: line
events: Ir

totals: 77
)";

std::vector<InstructionCount> read(const std::string& text) {
  std::istringstream stream{text};
  return read_profile(stream);
}

TEST(Profile, TakesEveryPartThatWasAskedFor) {
  const auto counts = read(two_parts);
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0].name, "synack");
  EXPECT_EQ(counts[0].instructions, 1000U);
  EXPECT_DOUBLE_EQ(counts[0].per_unit(), 100);
  EXPECT_EQ(counts[1].name, "drop");
  EXPECT_DOUBLE_EQ(counts[1].per_unit(), 3);
}

TEST(Profile, TellsFunctionsAndTheFilesThatTheirCodeStandsIn) {
  const auto counts = read(two_parts);
  std::vector<std::string> shares;
  for (const InstructionCount& count : counts) {
    for (const Share& share : count.shares) {
      shares.push_back(share.function + " " + share.file + " " +
                       std::to_string(share.instructions));
    }
  }
  EXPECT_THAT(shares, testing::ElementsAre("parse /src/dataplane/packet/parse.cpp 500",
                                           "process /src/dataplane/packet/siphash.hpp 250",
                                           "process /src/dataplane/pipeline/pipeline.cpp 250",
                                           "parse /src/dataplane/packet/parse.cpp 12"));
}

TEST(Profile, ShowsSharesPerUnit) {
  EXPECT_EQ(profile_text(read(two_parts)[0]),
            "    100.0  synack\n"
            "     50.0    process\n"
            "     25.0      dataplane/pipeline/pipeline.cpp\n"
            "     25.0      dataplane/packet/siphash.hpp\n"
            "     50.0    parse\n"
            "     50.0      dataplane/packet/parse.cpp\n");
}

TEST(Profile, RefusesAPartThatWasCutShort) {
  const std::string text = two_parts;
  EXPECT_THROW(read(text.substr(0, text.find("totals"))), std::runtime_error);
  EXPECT_TRUE(read("").empty());
}

}  // namespace
}  // namespace sekimori::bench
