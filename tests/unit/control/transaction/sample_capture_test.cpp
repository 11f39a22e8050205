#include "control/transaction/sample_capture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/packet_text.hpp"

namespace sekimori {
namespace {

using test::encode_packet;

constexpr std::size_t file_header_bytes = 24;
constexpr std::size_t packet_header_bytes = 16;

PacketSample sample_of(const std::string& line, std::size_t captured) {
  const auto bytes = encode_packet(line, Side::inside).value();
  PacketSample sample;
  sample.unix_ns = 1'700'000'000'000'000'007;
  sample.weight = 1;
  sample.wire_bytes = static_cast<std::uint32_t>(bytes.size());
  sample.captured_bytes = static_cast<std::uint16_t>(std::min(bytes.size(), captured));
  std::copy_n(bytes.begin(), sample.captured_bytes, sample.frame.begin());
  return sample;
}

std::uint32_t number_at(const std::string& file, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, file.data() + at, sizeof(value));
  return value;
}

/// The one packet of a capture.
std::string packet_of(const PacketSample& sample) {
  const std::string file = sample_capture(std::vector{sample});
  EXPECT_EQ(number_at(file, 0), 0xa1b23c4dU);
  EXPECT_EQ(number_at(file, file_header_bytes), 1'700'000'000U);
  EXPECT_EQ(number_at(file, file_header_bytes + 4), 7U);
  EXPECT_EQ(number_at(file, file_header_bytes + 8), sample.wire_bytes);
  EXPECT_EQ(number_at(file, file_header_bytes + 12), sample.wire_bytes);
  return file.substr(file_header_bytes + packet_header_bytes);
}

std::string whole(const std::string& line) {
  const auto bytes = encode_packet(line, Side::inside).value();
  return {bytes.begin(), bytes.end()};
}

TEST(SampleCapture, KeepsAWholePacket) {
  for (const std::string line : {"198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 win=1",
                                 "[2001:db8::7]:4000 > [2001:db8::1]:80 tcp [S] seq=1 win=1"}) {
    EXPECT_EQ(packet_of(sample_of(line, PacketSample::max_captured)), whole(line)) << line;
  }
}

TEST(SampleCapture, MendsTheChecksumOfACutPacket) {
  // The replay of such packets is tested with the program itself; here the beginning is compared
  // with that of a packet whose payload is all zeros.
  const std::string line = "198.51.100.7:53 > 192.0.2.10:53 udp len=600";
  const PacketSample sample = sample_of(line, PacketSample::max_captured);
  const std::string packet = packet_of(sample);
  ASSERT_EQ(packet.size(), sample.wire_bytes);
  EXPECT_TRUE(std::all_of(packet.begin() + PacketSample::max_captured, packet.end(),
                          [](char c) { return c == 0; }));
}

TEST(SampleCapture, LeavesAWrongChecksumWrong) {
  PacketSample sample = sample_of("198.51.100.7:53 > 192.0.2.10:53 udp len=600", 128);
  sample.frame[40] = 0x12;
  sample.frame[41] = 0x34;
  sample.verdict = Verdict::drop;
  sample.reason = DropReason::udp_checksum;
  const std::string packet = packet_of(sample);
  EXPECT_EQ(packet[40], 0x12);
  EXPECT_EQ(packet[41], 0x34);
}

TEST(SampleCapture, TakesAnyBytes) {
  PacketSample sample;
  for (std::size_t length = 0; length <= PacketSample::max_captured; ++length) {
    for (const int fill : {0x00, 0x45, 0x81, 0xff}) {
      sample.captured_bytes = static_cast<std::uint16_t>(length);
      sample.wire_bytes = static_cast<std::uint32_t>(length + 50);
      std::ranges::fill(sample.frame, static_cast<std::uint8_t>(fill));
      for (const auto& [high, low] : {std::pair{0x08, 0x00}, {0x86, 0xdd}, {0x81, 0x00}}) {
        sample.frame[12] = static_cast<std::uint8_t>(high);
        sample.frame[13] = static_cast<std::uint8_t>(low);
        EXPECT_EQ(sample_capture(std::vector{sample}).size(),
                  file_header_bytes + packet_header_bytes + length + 50);
      }
    }
  }
}

TEST(SampleCapture, IsInTheOrderOfTime) {
  PacketSample late = sample_of("198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 win=1", 128);
  PacketSample early = late;
  late.unix_ns += 1'000'000'000;
  const std::string file = sample_capture(std::vector{late, early});
  EXPECT_EQ(number_at(file, file_header_bytes), 1'700'000'000U);
}

}  // namespace
}  // namespace sekimori
