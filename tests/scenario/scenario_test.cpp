// Every folder beside this file is a test: packets in, packets out and counters, through the real
// sekimori-replay. With SEKIMORI_BLESS=1 the expectations are rewritten instead.

#include "tests/scenario/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace sekimori::test {
namespace {

const std::filesystem::path scenarios{"tests/scenario"};

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{scenarios}) {
    if (std::filesystem::exists(entry.path() / "policy.toml")) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

class ScenarioTest : public testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, GivesWhatIsExpected) {
  Scenario scenario{scenarios / GetParam()};
  if (std::getenv("SEKIMORI_BLESS") != nullptr) {
    scenario.bless();
    GTEST_SKIP() << "expectations rewritten; read them";
  }
  const std::string differences = scenario.check();
  EXPECT_TRUE(differences.empty()) << differences;
}

INSTANTIATE_TEST_SUITE_P(Folder, ScenarioTest, testing::ValuesIn(scenario_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace sekimori::test
