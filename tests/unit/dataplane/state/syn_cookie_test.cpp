#include "dataplane/state/syn_cookie.hpp"

#include <gtest/gtest.h>

#include <map>

namespace sekimori {
namespace {

TEST(MssClass, IsTheLargestNotAboveTheClients) {
  struct Row {
    Family family;
    std::uint16_t mss;
    std::uint16_t expected;
  };
  for (const Row& row :
       {Row{Family::ipv4, 0, 536}, Row{Family::ipv4, 535, 536}, Row{Family::ipv4, 536, 536},
        Row{Family::ipv4, 1299, 536}, Row{Family::ipv4, 1300, 1300}, Row{Family::ipv4, 1439, 1300},
        Row{Family::ipv4, 1440, 1440}, Row{Family::ipv4, 1459, 1440}, Row{Family::ipv4, 1460, 1460},
        Row{Family::ipv4, 65535, 1460}, Row{Family::ipv6, 0, 1220}, Row{Family::ipv6, 1219, 1220},
        Row{Family::ipv6, 1359, 1220}, Row{Family::ipv6, 1360, 1360}, Row{Family::ipv6, 1419, 1360},
        Row{Family::ipv6, 1420, 1420}, Row{Family::ipv6, 1440, 1440},
        Row{Family::ipv6, 8940, 1440}}) {
    EXPECT_EQ(class_mss(row.family, mss_class(row.family, row.mss)), row.expected) << row.mss;
  }
}

TEST(ScaleIndex, StandsForSackWithOneOfSevenScales) {
  for (unsigned scale = 0; scale <= no_window_scale; ++scale) {
    const auto index = [&](bool sack) {
      return scale_index({.client_scale = static_cast<std::uint8_t>(scale), .sack = sack});
    };
    EXPECT_EQ(index(false), 0) << scale;
    const std::map<unsigned, int> indexed{{0, 1}, {2, 2}, {6, 3}, {7, 4}, {8, 5}, {9, 6}, {10, 7}};
    const auto found = indexed.find(scale);
    EXPECT_EQ(index(true), found == indexed.end() ? 0 : found->second) << scale;
  }
}

TEST(Representable, KeepsWhatTimestampsCarry) {
  const AgreedOptions agreed{
      .mss_index = 2, .client_scale = 5, .sack = false, .timestamps = true, .ecn = true};
  EXPECT_EQ(representable(agreed), agreed);
}

TEST(Representable, LosesScaleAndSackTogetherWithoutAnIndex) {
  const AgreedOptions plain{.mss_index = 2};
  EXPECT_EQ(representable({.mss_index = 2, .client_scale = 5, .sack = true}), plain);
  EXPECT_EQ(representable({.mss_index = 2, .client_scale = 7, .sack = false}), plain);
  EXPECT_EQ(representable({.mss_index = 2, .sack = true}), plain);
  const AgreedOptions windows{.mss_index = 3, .client_scale = 8, .sack = true};
  EXPECT_EQ(representable(windows), windows);
  EXPECT_EQ(representable({.mss_index = 3, .client_scale = 8, .sack = true, .ecn = true}), windows);
}

TEST(CookieTimestamp, IsAMillisecondClockOverSixBits) {
  EXPECT_EQ(cookie_timestamp(1, 0x3f), 0x7fU);
  EXPECT_EQ(cookie_timestamp((1U << 26) - 1, 0), 0xffffffc0U);
  EXPECT_EQ(cookie_timestamp(1U << 26, 0x15), 0x15U);
}

TEST(CheckCookie, TakesTheSlotBitsModuloFourAcrossTheirWrap) {
  const SipKey key{.k0 = 11, .k1 = 12};
  const CookieTuple tuple{.source = *Address::parse("198.51.100.7"),
                          .destination = *Address::parse("192.0.2.10"),
                          .source_port = 4000,
                          .destination_port = 80};
  for (std::uint64_t slot = 100; slot < 108; ++slot) {
    CookieKeys keys;
    // Only the register of the cookie's own slot has its key.
    keys.set(slot, key);
    const std::uint32_t cookie = make_cookie(key, tuple, slot, {.mss_index = 3}, 77);
    EXPECT_EQ(cookie >> 30, slot % 4);
    for (std::uint64_t now = slot - 3; now <= slot + 5; ++now) {
      // Two slot bits and the key register come round every four slots, but the hash covers the low
      // byte of the slot.
      const bool accepted = check_cookie(keys, tuple, now, cookie, 77, std::nullopt).has_value();
      EXPECT_EQ(accepted, now == slot || now == slot + 1) << slot << " at " << now;
    }
  }
}

}  // namespace
}  // namespace sekimori
