#include "dataplane/state/backend_table.hpp"

#include <gtest/gtest.h>

namespace sekimori {
namespace {

const Address server = *Address::parse("192.0.2.10");
constexpr BackendProfile assumed{.mss = 1460, .window_scale = 7, .sack = true, .timestamps = false};
constexpr Offered everything{.window_scale = true, .sack = true, .timestamps = true};

TcpOptions answer(std::uint16_t mss, std::uint8_t scale, bool sack, bool timestamps) {
  return {.mss = mss,
          .window_scale = scale,
          .sack_permitted_offset = static_cast<std::uint8_t>(sack ? 24 : 0),
          .timestamps_offset = static_cast<std::uint8_t>(timestamps ? 26 : 0)};
}

BackendTable small_table() {
  return {16, SipKey{.k0 = 1, .k1 = 2}};
}

TEST(AssumedProfile, IsTheObjects) {
  ObjectRecord object;
  object.assumed_mss_ipv4 = 1400;
  object.assumed_mss_ipv6 = 1380;
  object.assumed_window_scale = 9;
  object.assumed_sack = 1;
  const BackendProfile ipv4 = assumed_profile(object, Family::ipv4);
  EXPECT_EQ(ipv4.mss, 1400);
  EXPECT_EQ(assumed_profile(object, Family::ipv6).mss, 1380);
  EXPECT_EQ(ipv4.window_scale, 9);
  EXPECT_TRUE(ipv4.sack);
  EXPECT_FALSE(ipv4.timestamps);
}

TEST(BackendTable, AdvertisesWhatIsAssumedOfUnknownServers) {
  EXPECT_EQ(small_table().advertised(server, 80, 100, assumed), assumed);
}

TEST(BackendTable, AdvertisesALearnedMssSackAndTimestampsAtOnce) {
  BackendTable table = small_table();
  EXPECT_TRUE(table.learn(server, 80, 100, answer(1300, 7, false, true), everything, assumed));
  const BackendProfile profile = table.advertised(server, 80, 100, assumed);
  EXPECT_EQ(profile, (BackendProfile{.mss = 1300, .window_scale = 7, .timestamps = true}));
  // Another port of the server is another service.
  EXPECT_EQ(table.advertised(server, 81, 100, assumed), assumed);
  EXPECT_FALSE(table.learn(server, 80, 100, answer(1300, 7, false, true), everything, assumed));
}

TEST(BackendTable, LearnsNothingFromTheAbsenceOfWhatWasNotOffered) {
  BackendTable table = small_table();
  const BackendProfile rich{.mss = 1460, .window_scale = 7, .sack = true, .timestamps = true};
  table.learn(server, 80, 100, answer(0, no_window_scale, false, false), Offered{}, rich);
  EXPECT_EQ(table.advertised(server, 80, 101, rich), rich);
  // What is there was offered by somebody.
  table.learn(server, 80, 100, answer(0, 9, true, true), Offered{}, assumed);
  EXPECT_TRUE(table.advertised(server, 80, 101, assumed).timestamps);
  EXPECT_EQ(table.advertised(server, 80, 101, assumed).window_scale, 7);
}

std::uint8_t scale_in(const BackendTable& table, std::uint64_t slot) {
  return table.advertised(server, 80, slot, assumed).window_scale;
}

void learn_scale(BackendTable& table, std::uint64_t slot, std::uint8_t scale) {
  table.learn(server, 80, slot, answer(1460, scale, true, false), everything, assumed);
}

TEST(BackendTable, AdvertisesALearnedScaleFromTheNextSlotOn) {
  BackendTable table = small_table();
  learn_scale(table, 100, 9);
  EXPECT_EQ(scale_in(table, 99), 7);
  EXPECT_EQ(scale_in(table, 100), 7);
  EXPECT_EQ(scale_in(table, 101), 9);
  EXPECT_EQ(scale_in(table, 500), 9);
}

TEST(BackendTable, LearnsThatAServerDoesNotScale) {
  BackendTable table = small_table();
  learn_scale(table, 100, no_window_scale);
  EXPECT_EQ(scale_in(table, 100), 7);
  EXPECT_EQ(scale_in(table, 101), no_window_scale);
}

TEST(BackendTable, KnowsWhatItAdvertisedInTheSlotBefore) {
  BackendTable table = small_table();
  learn_scale(table, 100, 9);
  // A handshake that ends in the new slot must not change what cookies of the old one stand for.
  learn_scale(table, 101, 9);
  EXPECT_EQ(scale_in(table, 100), 7);
  EXPECT_EQ(scale_in(table, 101), 9);
}

TEST(BackendTable, TakesTheLastOfTwoScalesOfOneSlot) {
  BackendTable table = small_table();
  learn_scale(table, 100, 9);
  learn_scale(table, 100, 8);
  EXPECT_EQ(scale_in(table, 100), 7);
  EXPECT_EQ(scale_in(table, 101), 8);
}

/// Whatever a server does, a cookie's slot gives back the scale that went with it, in that slot and
/// in the next.
TEST(BackendTable, NeverForgetsAScaleWhoseCookiesAreAccepted) {
  for (unsigned pattern = 0; pattern < 4096; ++pattern) {
    BackendTable table = small_table();
    std::array<std::uint8_t, 8> advertised{};
    for (unsigned slot = 0; slot < 6; ++slot) {
      advertised.at(slot) = scale_in(table, slot);
      // Two handshakes a slot, each with one of two scales or none at all.
      for (const unsigned half : {0U, 1U}) {
        const unsigned choice = pattern >> (slot * 2 + half) & 1;
        learn_scale(table, slot, choice == 0 ? std::uint8_t{9} : std::uint8_t{5});
        ASSERT_EQ(scale_in(table, slot), advertised.at(slot)) << pattern << " in slot " << slot;
        if (slot > 0) {
          ASSERT_EQ(scale_in(table, slot - 1), advertised.at(slot - 1))
              << pattern << " in slot " << slot;
        }
      }
    }
  }
}

TEST(BackendTable, WithoutRoomKeepsWhatIsAssumed) {
  BackendTable table{1, SipKey{}};
  EXPECT_TRUE(table.learn(server, 80, 100, answer(1300, 7, true, false), everything, assumed));
  EXPECT_FALSE(table.learn(server, 81, 100, answer(1300, 7, true, false), everything, assumed));
  EXPECT_EQ(table.advertised(server, 81, 101, assumed), assumed);
}

}  // namespace
}  // namespace sekimori
