#include "dataplane/packet/segment.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_worker.hpp"

namespace sekimori {
namespace {

using test::Bytes;
using test::decode_packet;
using test::frame_bytes;
using test::FrameBuffer;

/// The link header of a frame from outside.
LinkHeader link_of(std::string_view line) {
  FrameBuffer buffer{frame_bytes(line)};
  return LinkHeader::copy_of(buffer.frame(), parse(buffer.frame()));
}

std::string written(const LinkHeader& link, const Segment& segment, Side toward = Side::inside) {
  std::array<std::uint8_t, max_segment_frame> out;
  const std::size_t length = write_segment(out, link, segment);
  return decode_packet(std::span{out}.first(length), toward);
}

Segment between(const char* source, const char* destination) {
  return {.source = *Address::parse(source),
          .destination = *Address::parse(destination),
          .source_port = 4000,
          .destination_port = 80,
          .sequence = 1000,
          .acknowledgement = 2000,
          .window = 502};
}

constexpr std::string_view untagged = "198.51.100.7:1 > 192.0.2.10:2 tcp [S]";

TEST(WriteSegment, LaysOptionsOutInWholeWords) {
  struct Row {
    const char* options;
    std::uint16_t mss;
    std::uint8_t scale;
    bool sack;
    bool timestamps;
  };
  for (const Row& row : {Row{"", 0, no_window_scale, false, false},
                         Row{" mss=1460", 1460, no_window_scale, false, false},
                         Row{" mss=1460 nop ws=7", 1460, 7, false, false},
                         Row{" mss=1460 nop ws=0 sackok nop nop", 1460, 0, true, false},
                         Row{" mss=536 sackok ts=10/20", 536, no_window_scale, true, true},
                         Row{" nop nop ts=10/20", 0, no_window_scale, false, true},
                         Row{" mss=1440 nop ws=14 sackok ts=10/20", 1440, 14, true, true}}) {
    Segment segment = between("198.51.100.7", "192.0.2.10");
    segment.flags = tcp_flag::syn | tcp_flag::ack;
    segment.mss = row.mss;
    segment.window_scale = row.scale;
    segment.sack_permitted = row.sack;
    segment.timestamps = row.timestamps;
    segment.timestamp_value = 10;
    segment.timestamp_echo = 20;
    EXPECT_EQ(written(link_of(untagged), segment),
              std::string{"198.51.100.7:4000 > 192.0.2.10:80 tcp [S.] seq=1000 ack=2000 win=502"} +
                  row.options);
  }
}

TEST(WriteSegment, GoesBehindTagsAndOverIpv6WithinItsRoom) {
  const LinkHeader link = link_of("svlan=7 vlan=100 [2001:db8::7]:1 > [2001:db8::10]:2 tcp [S]");
  Segment segment = between("2001:db8::7", "2001:db8::10");
  segment.flags = tcp_flag::syn;
  segment.acknowledgement = 0;
  segment.mss = 1440;
  segment.window_scale = 7;
  segment.sack_permitted = true;
  segment.timestamps = true;
  std::array<std::uint8_t, max_segment_frame> out;
  EXPECT_EQ(write_segment(out, link, segment), max_segment_frame);
  EXPECT_EQ(decode_packet(out, Side::inside),
            "svlan=7 vlan=100 [2001:db8::7]:4000 > [2001:db8::10]:80 tcp [S] seq=1000 win=502 "
            "mss=1440 nop ws=7 sackok ts=0/0");
}

TEST(LinkHeader, ReversedExchangesTheStationsAndKeepsTheTags) {
  const LinkHeader link = link_of("vlan=100 198.51.100.7:1 > 192.0.2.10:2 tcp [S]").reversed();
  Segment segment = between("192.0.2.10", "198.51.100.7");
  segment.flags = tcp_flag::rst;
  segment.acknowledgement = 0;
  segment.window = 0;
  EXPECT_EQ(written(link, segment, Side::outside),
            "vlan=100 192.0.2.10:4000 > 198.51.100.7:80 tcp [R] seq=1000 win=0");
}

/// RFC 9293, section 3.10.7.1: what answers a segment of no connection.
TEST(ResetFor, FitsTheSegmentThatItAnswers) {
  struct Row {
    const char* segment;
    const char* reset;
  };
  for (const Row& row : {Row{"tcp [.] seq=5 ack=77", "tcp [R] seq=77 win=0"},
                         Row{"tcp [P.] seq=5 ack=4294967295 len=9", "tcp [R] seq=4294967295 win=0"},
                         Row{"tcp [S.] seq=5 ack=77", "tcp [R] seq=77 win=0"},
                         Row{"tcp [S] seq=5", "tcp [R.] seq=0 ack=6 win=0"},
                         Row{"tcp [S] seq=4294967295", "tcp [R.] seq=0 win=0"},
                         Row{"tcp [S] seq=5 len=9", "tcp [R.] seq=0 ack=15 win=0"}}) {
    FrameBuffer buffer{
        frame_bytes(std::string{"198.51.100.7:4000 > 192.0.2.10:80 "} + row.segment)};
    Frame frame = buffer.frame();
    const Headers headers = parse(frame);
    reply_in_place(frame, headers, reset_for(headers));
    const Bytes expected =
        frame_bytes(std::string{"192.0.2.10:80 > 198.51.100.7:4000 "} + row.reset, Side::outside);
    EXPECT_EQ(decode_packet({frame.data, frame.length}, Side::outside),
              decode_packet(expected, Side::outside));
  }
}

TEST(ReplaceInPlace, KeepsTheDirectionOfTheFrame) {
  FrameBuffer buffer{
      frame_bytes("vlan=3 [2001:db8::7]:4000 > [2001:db8::10]:80 tcp [.] seq=1 ack=2 len=100")};
  Frame frame = buffer.frame();
  const Headers headers = parse(frame);
  Segment segment = between("2001:db8::7", "2001:db8::10");
  segment.flags = tcp_flag::ack;
  replace_in_place(frame, headers, segment);
  EXPECT_EQ(decode_packet({frame.data, frame.length}, Side::inside),
            "vlan=3 [2001:db8::7]:4000 > [2001:db8::10]:80 tcp [.] seq=1000 ack=2000 win=502");
}

}  // namespace
}  // namespace sekimori
