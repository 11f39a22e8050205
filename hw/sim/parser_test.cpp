#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "Vparser_bench.h"
#include "dataplane/packet/parse.hpp"
#include "hw/sim/beats.hpp"
#include "hw/sim/clocked.hpp"
#include "hw/sim/frames.hpp"
#include "hw/sim/length.hpp"

namespace sekimori {
namespace {

/// The faults of frame_pkg in their order; the first place stands for none.
constexpr std::array fault_reasons{
    DropReason::frame_truncated,
    DropReason::frame_truncated,
    DropReason::ip_truncated,
    DropReason::ip_header_invalid,
    DropReason::ip_checksum,
    DropReason::ip_options_invalid,
    DropReason::ip_source_invalid,
    DropReason::ipv6_extension_invalid,
    DropReason::fragment_invalid,
    DropReason::fragment_tiny,
    DropReason::land,
    DropReason::tcp_header_invalid,
    DropReason::tcp_checksum,
    DropReason::tcp_options_invalid,
    DropReason::tcp_flags_invalid,
    DropReason::tcp_port_zero,
    DropReason::udp_length,
    DropReason::udp_checksum,
    DropReason::icmp_truncated,
    DropReason::icmp_checksum,
};

std::string text(const Bytes& frame) {
  std::string out = std::to_string(frame.size()) + " bytes:";
  constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < frame.size() && i < 200; ++i) {
    out += {' ', digits[frame[i] >> 4], digits[frame[i] & 15]};
  }
  return out;
}

class HeaderParser : public ::testing::Test {
 protected:
  /// Sends a frame, with gaps `gaps` times in eight before each beat.
  void send(const Bytes& frame, unsigned gaps) {
    sent_.push_back(frame);
    for (BeatReader beat{sent_.back()}; !beat.done(); beat.advance()) {
      while (random_.chance(gaps, 8)) idle();
      dut_->valid_i = 1;
      beat.put(dut_->data_i, random_.byte());
      dut_->bytes_i = static_cast<std::uint8_t>(beat.bytes());
      dut_->first_i = beat.first();
      dut_->last_i = beat.last();
      clock();
      if (HasFatalFailure()) return;
    }
  }

  void idle() {
    dut_->valid_i = 0;
    dut_->first_i = random_.byte() & 1;
    dut_->last_i = random_.byte() & 1;
    clock();
  }

  void drain() {
    for (int i = 0; i < 100; ++i) idle();
    EXPECT_TRUE(sent_.empty());
  }

  Random random_{1};
  Clocked<Vparser_bench> dut_;
  std::uint64_t compared_ = 0;
  std::map<std::string, unsigned> seen_;

 private:
  void clock() {
    dut_.tick();
    if (dut_->valid_o == 0) return;
    ASSERT_FALSE(sent_.empty());
    compare(sent_.front());
    sent_.pop_front();
    ++compared_;
  }

  void compare(Bytes frame) {
    const Headers want = parse({.data = frame.data(),
                                .length = static_cast<std::uint32_t>(frame.size()),
                                .capacity = static_cast<std::uint32_t>(frame.size())});
    SCOPED_TRACE(text(frame));
    std::optional<DropReason> fault;
    if (dut_->fault_o != 0) fault = fault_reasons.at(dut_->fault_o);
    const auto name = [](std::optional<DropReason> reason) {
      return reason ? drop_reason_texts[static_cast<std::size_t>(*reason)].name : "none";
    };
    ++seen_[std::string{name(want.fault)}];
    ++seen_["kind " + std::to_string(static_cast<int>(want.kind))];
    ASSERT_EQ(name(fault), name(want.fault));
    ASSERT_EQ(dut_->kind_o, static_cast<unsigned>(want.kind));
    ASSERT_EQ(dut_->addressed_o != 0, want.addressed);
    if (!want.addressed) return;
    ASSERT_EQ(std::memcmp(&dut_->source_o, want.source.bytes(), 16), 0);
    ASSERT_EQ(std::memcmp(&dut_->destination_o, want.destination.bytes(), 16), 0);
    ASSERT_EQ(dut_->ipv6_o, want.ethertype == ethertype::ipv6);
    ASSERT_EQ(14U + 4U * dut_->vlan_tags_o, want.ip_offset);
    if (want.fault) return;
    ASSERT_EQ(dut_->ip_end_o, want.ip_end);
    ASSERT_EQ(dut_->protocol_o, want.protocol);
    ASSERT_EQ(dut_->transport_offset_o, want.transport_offset);
    if (want.kind == Kind::tcp) compare_tcp(want);
    if (want.kind == Kind::udp) {
      ASSERT_EQ(dut_->source_port_o, want.source_port);
      ASSERT_EQ(dut_->destination_port_o, want.destination_port);
    }
  }

  void compare_tcp(const Headers& want) {
    ASSERT_EQ(dut_->source_port_o, want.source_port);
    ASSERT_EQ(dut_->destination_port_o, want.destination_port);
    ASSERT_EQ(dut_->sequence_o, want.sequence);
    ASSERT_EQ(dut_->acknowledgement_o, want.acknowledgement);
    ASSERT_EQ(dut_->tcp_flags_o, want.tcp_flags);
    ASSERT_EQ(dut_->window_o, want.window);
    ASSERT_EQ(dut_->transport_offset_o + 4U * dut_->tcp_words_o, want.payload_offset);
    const TcpOptions& options = want.options;
    ASSERT_EQ(dut_->mss_offset_o, options.mss_offset);
    ASSERT_EQ(dut_->mss_o, options.mss);
    ASSERT_EQ(dut_->window_scale_offset_o, options.window_scale_offset);
    ASSERT_EQ(dut_->window_scale_o, options.window_scale);
    ASSERT_EQ(dut_->sack_permitted_offset_o, options.sack_permitted_offset);
    ASSERT_EQ(dut_->timestamps_offset_o, options.timestamps_offset);
    ASSERT_EQ(dut_->timestamp_value_o, options.timestamp_value);
    ASSERT_EQ(dut_->timestamp_echo_o, options.timestamp_echo);
  }

  std::deque<Bytes> sent_;
};

Address impossible_source(Random& random, bool ipv6) {
  if (!ipv6) {
    constexpr std::array<std::uint32_t, 4> first{0, 127, 224, 240};
    return Address::from_ipv4(be32{first[random.below(4)] << 24 | random.below(1U << 24)});
  }
  Bytes bytes(16);
  bytes[15] = static_cast<std::uint8_t>(random.below(3));  // ::, ::1, and ::2, which is possible
  if (random.chance(1, 2)) bytes[0] = 0xff;
  return Address::from_ipv6(bytes.data());
}

/// A frame of any shape: mostly right ones, some damaged, some of pure noise.
Bytes any_frame(Random& random) {
  const bool ipv6 = random.chance(1, 2);
  const Address source =
      random.chance(1, 32) ? impossible_source(random, ipv6) : random_source(random, ipv6);
  const Address destination = random.chance(1, 64) ? source : random_source(random, ipv6);
  Bytes frame = random_packet(random, source, destination).frame(random);
  if (random.chance(1, 4)) damage(random, frame);
  if (random.chance(1, 64)) {
    frame.resize(1 + random.below(300));
    for (auto& byte : frame) byte = random.byte();
  }
  if (frame.size() > max_frame) frame.resize(max_frame);
  return frame;
}

TEST_F(HeaderParser, AgreesWithSoftwareAboutFramesOfEveryShape) {
  const std::uint64_t frames = run_length(60'000, 3'000'000);
  for (std::uint64_t i = 0; i < frames; ++i) {
    ASSERT_NO_FATAL_FAILURE(send(any_frame(random_), i / 1000 % 3 == 0 ? 0 : 2));
  }
  drain();
  EXPECT_EQ(compared_, frames);
  for (const DropReason reason : fault_reasons) {
    const std::string name{drop_reason_texts[static_cast<std::size_t>(reason)].name};
    EXPECT_GE(seen_[name], 3U) << name;
  }
  for (int kind = 0; kind < 7; ++kind) EXPECT_GE(seen_["kind " + std::to_string(kind)], 100U);
}

/// Every version and header length that an IP header may begin with.
TEST_F(HeaderParser, KnowsEveryVersionAndHeaderLength) {
  for (const bool ipv6 : {false, true}) {
    for (unsigned begins = 0; begins < 256; ++begins) {
      Packet packet{.source = random_source(random_, ipv6),
                    .destination = random_source(random_, ipv6),
                    .protocol = protocol::tcp};
      packet.segment =
          TestSegment{
              .source_port = 1, .destination_port = 2, .flags = tcp_flag::ack, .payload = 60}
              .bytes(random_);
      Bytes frame = packet.frame(random_);
      frame[14] = static_cast<std::uint8_t>(begins);
      ASSERT_NO_FATAL_FAILURE(send(frame, 0));
    }
  }
  drain();
}

/// UDP needs no checksum over IPv4 (RFC 768), but over IPv6 (RFC 8200, section 8.1).
TEST_F(HeaderParser, KnowsWhereUdpNeedsAChecksum) {
  for (const bool ipv6 : {false, true}) {
    Packet packet{.source = random_source(random_, ipv6),
                  .destination = random_source(random_, ipv6),
                  .protocol = protocol::udp,
                  .segment = {0, 1, 0, 2, 0, 12, 0, 0, 1, 2, 3, 4}};
    Bytes frame = packet.frame(random_);
    const std::size_t checksum = 14U + (ipv6 ? 40U : 20U) + 6U;
    frame[checksum] = frame[checksum + 1] = 0;
    ASSERT_NO_FATAL_FAILURE(send(frame, 0));
  }
  drain();
  EXPECT_EQ(seen_["none"], 1U);
  EXPECT_EQ(seen_["udp_checksum"], 1U);
}

/// Every length of frame on the way, with a segment that fills it.
TEST_F(HeaderParser, SumsSegmentsOfEveryLength) {
  for (std::uint32_t length = 54; length <= max_frame; length += length < 700 ? 1 : 61) {
    for (const bool ipv6 : {false, true}) {
      Packet packet{.source = random_source(random_, ipv6),
                    .destination = random_source(random_, ipv6),
                    .protocol = protocol::tcp};
      const std::uint32_t headers = 14 + (ipv6 ? 40 : 20) + 20;
      packet.segment = TestSegment{.source_port = 1,
                                   .destination_port = 2,
                                   .flags = tcp_flag::ack,
                                   .payload = std::max(length, headers) - headers}
                           .bytes(random_);
      Bytes frame = packet.frame(random_);
      if (random_.chance(1, 4)) frame[random_.below(static_cast<std::uint32_t>(frame.size()))] ^= 1;
      ASSERT_NO_FATAL_FAILURE(send(frame, 0));
    }
  }
  drain();
}

}  // namespace
}  // namespace sekimori
