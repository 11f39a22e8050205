#include "dataplane/dpdk/card_watch.hpp"

#include <gtest/gtest.h>

namespace sekimori {
namespace {

TEST(CardWatch, HasNothingToSayWithoutACard) {
  CardWatch watch{false};
  EXPECT_FALSE(watch.look(0, 10));
  EXPECT_EQ(watch.state(), CardState::none);
}

TEST(CardWatch, TellsEachChangeOnce) {
  CardWatch watch{true};
  EXPECT_EQ(watch.state(), CardState::silent);
  EXPECT_FALSE(watch.look(0, 0));
  EXPECT_EQ(watch.state(), CardState::silent);
  EXPECT_TRUE(watch.look(5, 0));
  EXPECT_EQ(watch.state(), CardState::working);
  EXPECT_FALSE(watch.look(9, 0));
  EXPECT_TRUE(watch.look(9, 3));
  EXPECT_EQ(watch.state(), CardState::bypassed);
  EXPECT_FALSE(watch.look(9, 4));
  EXPECT_TRUE(watch.look(12, 4));
  EXPECT_EQ(watch.state(), CardState::working);
}

TEST(CardWatch, GoesByMostOfTheFramesSinceTheLastLook) {
  CardWatch watch{true};
  EXPECT_TRUE(watch.look(100, 99));
  EXPECT_FALSE(watch.look(110, 101));
  EXPECT_TRUE(watch.look(112, 104));
  EXPECT_EQ(watch.state(), CardState::bypassed);
}

TEST(CardWatch, KeepsItsOpinionWhileNothingComes) {
  CardWatch watch{true};
  EXPECT_TRUE(watch.look(0, 1));
  EXPECT_FALSE(watch.look(0, 1));
  EXPECT_EQ(watch.state(), CardState::bypassed);
}

}  // namespace
}  // namespace sekimori
