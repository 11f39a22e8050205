#include "control/daemon/measure_text.hpp"

#include <gtest/gtest.h>

namespace sekimori {
namespace {

struct Case {
  std::string name;
  MeasureKind kind;
  Step step{};
  std::string kind_text;
  std::string text;
};

BlockSources blocks(int count) {
  BlockSources block;
  for (int i = 1; i <= count; ++i) {
    block.sources.push_back(*Prefix::parse("198.51.100." + std::to_string(i)));
  }
  return block;
}

class MeasureText : public testing::TestWithParam<Case> {};

TEST_P(MeasureText, SaysWhatIsDone) {
  EXPECT_EQ(step_of(GetParam().kind), GetParam().step);
  EXPECT_EQ(kind_text(GetParam().kind), GetParam().kind_text);
  EXPECT_EQ(measure_text(GetParam().kind), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Table, MeasureText,
    testing::Values(
        Case{"authenticate", AuthenticateSources{SynMode::proxy}, Step::authenticate,
             "authenticate-sources", "SYN mode proxy"},
        Case{"block", blocks(2), Step::block_sources, "block-sources",
             "2 sources: 198.51.100.1/32, 198.51.100.2/32"},
        Case{"block_many", blocks(12), Step::block_sources, "block-sources",
             "12 sources: 198.51.100.1/32, 198.51.100.2/32, 198.51.100.3/32, 198.51.100.4/32, "
             "198.51.100.5/32, 198.51.100.6/32, 198.51.100.7/32, 198.51.100.8/32, "
             "198.51.100.9/32, 198.51.100.10/32, .."},
        Case{"limit", LimitTraffic{TrafficClass::udp, 2'000, 5'000'000}, Step::raise_threshold,
             "limit-traffic", "udp at most 2k packets/s at most 5M bit/s"},
        Case{"no_limit", LimitTraffic{TrafficClass::total, 0, 0}, Step::raise_threshold,
             "limit-traffic", "total without limit"},
        Case{"connections", LimitConnections{500}, Step::raise_threshold, "limit-connections",
             "at most 500 new connections/s"},
        Case{"give_up", GiveUpDestination{*Prefix::parse("192.0.2.17")}, Step::give_up,
             "give-up-destination", "everything to 192.0.2.17/32 is dropped"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace sekimori
