#include "dataplane/packet/tcp_options.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "dataplane/packet/headers.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori {
namespace {

using test::Bytes;

struct Parsed {
  bool valid = false;
  TcpOptions options;
};

/// Reads options behind a header of zeros, in a block that ends where the header does.
Parsed parse(const Bytes& options) {
  const std::size_t length = sizeof(TcpHeader) + options.size();
  const auto header = std::make_unique<std::uint8_t[]>(length);
  std::ranges::copy(options, header.get() + sizeof(TcpHeader));
  Parsed parsed;
  parsed.valid = parse_tcp_options({header.get(), length}, parsed.options);
  return parsed;
}

struct Row {
  const char* description;
  const char* options;  ///< hexadecimal
  bool valid;
};

class TcpOptionList : public testing::TestWithParam<Row> {};

TEST_P(TcpOptionList, IsValidOrNot) {
  EXPECT_EQ(parse(test::from_hex(GetParam().options)).valid, GetParam().valid)
      << GetParam().description;
}

INSTANTIATE_TEST_SUITE_P(
    Lists, TcpOptionList,
    testing::Values(
        Row{"no options", "", true}, Row{"only NOPs", "01010101", true},
        Row{"only the end", "00000000", true}, Row{"garbage behind the end", "00ffff02", true},
        Row{"Linux SYN", "020405b40402080a0000000a0000000001030307", true},
        Row{"Windows SYN", "020405b40103030801010402", true},
        Row{"unknown option", "fd04beef", true},
        Row{"unknown option that fills the rest", "fd080102030405ff", true},
        Row{"MD5 signature (RFC 2385)", "13120102030405060708090a0b0c0d0e0f100101", true},
        Row{"kind as the last byte", "01010102", false},
        Row{"unknown kind as the last byte", "010101fd", false}, Row{"length 0", "fd000000", false},
        Row{"length 1", "fd010000", false}, Row{"length past the end by one", "fd050102", false},
        Row{"MSS past the end", "01010204", false}, Row{"MSS of length 3", "02030501", false},
        Row{"MSS of length 5", "020505b401010101", false},
        Row{"MSS twice", "020405b4020405b4", false}, Row{"scale of length 2", "03020101", false},
        Row{"scale of length 4", "03040701", false}, Row{"scale twice", "0303070103030701", false},
        Row{"SACK permitted of length 3", "04030101", false},
        Row{"SACK permitted twice", "04020402", false},
        Row{"SACK without a block", "05020101", false},
        Row{"SACK of half a block", "0506000000010101", false},
        Row{"SACK of one block", "0101050a0000000100000002", true},
        Row{"SACK of four blocks",
            "0101052200000001000000020000000300000004000000050000000600000007000000"
            "08",
            true},
        Row{"SACK twice", "050a0000000100000002050a0000000100000002", false},
        Row{"timestamps of length 9", "080900000001000000020101", false},
        Row{"timestamps of length 11", "080b0000000100000002010101", false},
        Row{"timestamps twice", "080a0000000100000002080a0000000100000002", false},
        Row{"timestamps past the end", "080a00000001000000", false},
        Row{"aligned timestamps of RFC 7323, appendix A", "0101080a0000000a0000000b", true}));

TEST(TcpOptions, OfALinuxSynSayWhatItOffers) {
  const Parsed p = parse(test::from_hex("020405b40402080a0000000a0000000001030307"));
  ASSERT_TRUE(p.valid);
  EXPECT_EQ(p.options.mss, 1460);
  EXPECT_EQ(p.options.mss_offset, 20);
  EXPECT_TRUE(p.options.sack_permitted());
  EXPECT_EQ(p.options.sack_permitted_offset, 24);
  EXPECT_TRUE(p.options.has_timestamps());
  EXPECT_EQ(p.options.timestamps_offset, 26);
  EXPECT_EQ(p.options.timestamp_value, 10U);
  EXPECT_EQ(p.options.timestamp_echo, 0U);
  EXPECT_EQ(p.options.window_scale, 7);
  EXPECT_EQ(p.options.window_scale_offset, 37);
  EXPECT_EQ(p.options.sack_blocks, 0);
}

TEST(TcpOptions, ThatAreAbsentHaveTheirDefaults) {
  const Parsed p = parse({});
  EXPECT_EQ(p.options.mss, 0);
  EXPECT_EQ(p.options.window_scale, no_window_scale);
  EXPECT_FALSE(p.options.sack_permitted());
  EXPECT_FALSE(p.options.has_timestamps());
}

TEST(TcpOptions, BehindTheEndAreNotRead) {
  EXPECT_EQ(parse(test::from_hex("0101010000020405b4010101")).options.mss, 0);
}

TEST(TcpOptions, TakeAScaleAbove14For14) {
  // RFC 7323, section 2.3.
  EXPECT_EQ(parse(test::from_hex("03030e01")).options.window_scale, 14);
  EXPECT_EQ(parse(test::from_hex("03030f01")).options.window_scale, 14);
  EXPECT_EQ(parse(test::from_hex("0303ff01")).options.window_scale, 14);
}

TEST(TcpOptions, OfTheShortWayAreThoseOfTheLongOne) {
  const Parsed fast = parse(test::from_hex("0101080a0000000a0000000b"));
  const Parsed slow = parse(test::from_hex("0101080a0000000a0000000b01010101"));
  EXPECT_EQ(fast.options.timestamps_offset, 22);
  EXPECT_EQ(fast.options.timestamps_offset, slow.options.timestamps_offset);
  EXPECT_EQ(fast.options.timestamp_value, slow.options.timestamp_value);
  EXPECT_EQ(fast.options.timestamp_echo, slow.options.timestamp_echo);
}

TEST(TcpOptions, OfAnyBytesStayInsideTheirHeader) {
  std::mt19937 random{3};
  for (int i = 0; i < 100'000; ++i) {
    Bytes options(random() % 11 * 4);
    for (std::uint8_t& byte : options) {
      // Small numbers are the known kinds and lengths.
      byte = static_cast<std::uint8_t>(random() % 2 == 0 ? random() % 12 : random());
    }
    const Parsed p = parse(options);
    const std::size_t end = sizeof(TcpHeader) + options.size();
    if (!p.valid) continue;
    EXPECT_LE(p.options.mss_offset + (p.options.mss_offset != 0 ? 4U : 0U), end);
    EXPECT_LE(p.options.timestamps_offset + (p.options.has_timestamps() ? 10U : 0U), end);
    EXPECT_LE(
        p.options.sack_offset + (p.options.sack_blocks != 0 ? 2U : 0U) + p.options.sack_blocks * 8U,
        end);
    EXPECT_LE(p.options.sack_blocks, 4);
  }
}

}  // namespace
}  // namespace sekimori
