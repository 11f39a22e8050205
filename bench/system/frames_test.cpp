#include "bench/system/frames.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/parse.hpp"

namespace sekimori::bench {
namespace {

constexpr std::array<std::uint32_t, 6> numbers{0, 1, 0x1234, 0xffff, 0x12345678, 0xffffffff};

std::vector<std::uint8_t> numbered(const TestFrames& frames, std::uint32_t number) {
  std::vector<std::uint8_t> bytes{frames.bytes().begin(), frames.bytes().end()};
  frames.number(bytes.data(), ~number);  // what it was before makes no difference
  frames.number(bytes.data(), number);
  return bytes;
}

/// Why the packet path would drop it, checksums included.
std::optional<DropReason> fault_of(std::vector<std::uint8_t> bytes) {
  Frame frame{.data = bytes.data(),
              .length = static_cast<std::uint32_t>(bytes.size()),
              .capacity = static_cast<std::uint32_t>(bytes.size()),
              .checksum = ChecksumHint::verify};
  return parse(frame).fault;
}

TEST(TestFrames, HaveTheSizeOnTheWire) {
  for (const std::size_t size : {64U, 128U, 1518U}) {
    EXPECT_EQ(TestFrames::datagrams(size).bytes().size() + 4, size);
  }
  EXPECT_EQ(TestFrames::syns(false).wire_bytes(), 64U);
  EXPECT_EQ(TestFrames::syns(true).wire_bytes(), 78U);
  EXPECT_THROW(TestFrames::datagrams(63), std::invalid_argument);
}

TEST(TestFrames, AreRightWithEveryNumber) {
  for (const auto& frames : {TestFrames::datagrams(64), TestFrames::datagrams(1518),
                             TestFrames::syns(false), TestFrames::syns(true)}) {
    for (const std::uint32_t number : numbers) {
      const auto bytes = numbered(frames, number);
      EXPECT_EQ(fault_of(bytes), std::nullopt) << number;
      EXPECT_EQ(frames.number_of(bytes), number);
    }
  }
}

TEST(TestFrames, KnowNeitherEachOtherNorDamagedOnes) {
  const auto datagrams = TestFrames::datagrams(64);
  const auto syns = TestFrames::syns(false);
  EXPECT_EQ(datagrams.number_of(numbered(syns, 7)), std::nullopt);
  EXPECT_EQ(syns.number_of(numbered(datagrams, 7)), std::nullopt);
  EXPECT_EQ(datagrams.number_of(numbered(TestFrames::datagrams(128), 7)), std::nullopt);
  auto damaged = numbered(datagrams, 7);
  damaged[14 + 20 + 8] ^= 1U;
  EXPECT_EQ(datagrams.number_of(damaged), std::nullopt);
  EXPECT_EQ(datagrams.number_of(std::span{damaged}.first(20)), std::nullopt);
}

}  // namespace
}  // namespace sekimori::bench
