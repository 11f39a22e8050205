#include "dataplane/packet/rewrite.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_worker.hpp"

namespace sekimori {
namespace {

using test::Bytes;
using test::decode_packet;
using test::frame_bytes;
using test::FrameBuffer;

struct Row {
  const char* description;
  const char* before;  ///< behind the addresses
  Translation by;
  const char* after;
};

class Translated : public testing::TestWithParam<Row> {};

/// The expected frame has its checksum computed anew, so this also holds RFC 1624 to RFC 1071.
TEST_P(Translated, IsTheOtherSegmentByteByByte) {
  for (const char* addresses :
       {"198.51.100.7:4000 > 192.0.2.10:80 ", "vlan=100 [2001:db8::7]:4000 > [2001:db8::10]:80 "}) {
    FrameBuffer buffer{frame_bytes(std::string{addresses} + GetParam().before)};
    Frame frame = buffer.frame();
    const Headers headers = parse(frame);
    ASSERT_FALSE(headers.fault);
    translate(frame.data + headers.transport_offset, headers.options, GetParam().by);
    const Bytes expected = frame_bytes(std::string{addresses} + GetParam().after);
    EXPECT_EQ(test::to_hex(buffer.bytes()), test::to_hex(expected))
        << GetParam().description << "\n"
        << decode_packet(buffer.bytes(), Side::inside);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Segments, Translated,
    testing::Values(
        Row{"nothing to do",
            "tcp [.] seq=1 ack=2 win=3 nop nop sack=5-9",
            {},
            "tcp [.] seq=1 ack=2 win=3 nop nop sack=5-9"},
        Row{"sequence wraps",
            "tcp [P.] seq=4294967290 ack=2 len=9",
            {.sequence = 10},
            "tcp [P.] seq=4 ack=2 len=9"},
        Row{"acknowledgement wraps back",
            "tcp [.] seq=1 ack=5",
            {.acknowledgement = static_cast<std::uint32_t>(-10)},
            "tcp [.] seq=1 ack=4294967291"},
        Row{"no acknowledgement without the flag",
            "tcp [R] seq=1 ack=5",
            {.sequence = 1, .acknowledgement = 10},
            "tcp [R] seq=2 ack=5"},
        Row{"SACK in its usual place",
            "tcp [.] seq=1 ack=2 nop nop sack=5-9,4294967295-1",
            {.acknowledgement = 3},
            "tcp [.] seq=1 ack=5 nop nop sack=8-12,2-4"},
        Row{"SACK at an odd offset",
            "tcp [.] seq=1 ack=2 nop sack=5-9,20-4000000000 eol",
            {.acknowledgement = 1000},
            "tcp [.] seq=1 ack=1002 nop sack=1005-1009,1020-4000001000 eol"},
        Row{"timestamps in their usual place",
            "tcp [.] seq=1 ack=2 nop nop ts=100/200",
            {.timestamp_value = 5, .timestamp_echo = static_cast<std::uint32_t>(-300)},
            "tcp [.] seq=1 ack=2 nop nop ts=105/4294967196"},
        Row{"timestamps at an odd offset",
            "tcp [.] seq=1 ack=2 nop ts=100/200 eol",
            {.timestamp_value = 0xdeadbeef, .timestamp_echo = 0x01020304},
            "tcp [.] seq=1 ack=2 nop ts=3735928659/16909260 eol"},
        Row{"no TSecr without the ACK flag",
            "tcp [R] seq=1 nop nop ts=100/200",
            {.timestamp_value = 5, .timestamp_echo = 7},
            "tcp [R] seq=1 nop nop ts=105/200"},
        Row{"both SACK and timestamps",
            "tcp [.] seq=9 ack=2 nop nop ts=1/2 nop nop sack=5-9",
            {.sequence = 1, .acknowledgement = 2, .timestamp_value = 3, .timestamp_echo = 4},
            "tcp [.] seq=10 ack=4 nop nop ts=4/6 nop nop sack=7-11"},
        Row{"timestamps leave",
            "tcp [.] seq=1 ack=2 nop nop ts=100/200",
            {.timestamp_echo = 9, .remove_timestamps = true},
            "tcp [.] seq=1 ack=2 nop nop nop nop nop nop nop nop nop nop nop nop"},
        Row{"timestamps leave an odd offset",
            "tcp [.] seq=1 ack=2 nop ts=100/200 eol",
            {.remove_timestamps = true},
            "tcp [.] seq=1 ack=2 nop nop nop nop nop nop nop nop nop nop nop eol"},
        Row{"SACK leaves",
            "tcp [.] seq=1 ack=2 nop nop sack=5-9",
            {.acknowledgement = 7, .remove_sack = true},
            "tcp [.] seq=1 ack=9 nop nop nop nop nop nop nop nop nop nop nop nop"},
        Row{"window grows",
            "tcp [.] seq=1 ack=2 win=100",
            {.window_shift = 3},
            "tcp [.] seq=1 ack=2 win=800"},
        Row{"window grows to its most",
            "tcp [.] seq=1 ack=2 win=65535",
            {.window_shift = 14},
            "tcp [.] seq=1 ack=2 win=65535"},
        Row{"window shrinks",
            "tcp [.] seq=1 ack=2 win=100",
            {.window_shift = -3},
            "tcp [.] seq=1 ack=2 win=12"},
        Row{"an open window does not close",
            "tcp [.] seq=1 ack=2 win=100",
            {.window_shift = -14},
            "tcp [.] seq=1 ack=2 win=1"},
        Row{"a closed window stays closed",
            "tcp [.] seq=1 ack=2 win=0",
            {.window_shift = 14},
            "tcp [.] seq=1 ack=2 win=0"},
        Row{"the window of a SYN is not scaled",
            "tcp [S.] seq=1 ack=2 win=100",
            {.window_shift = 3},
            "tcp [S.] seq=1 ack=2 win=100"}));

TEST(RescaleWindow, KeepsItsBounds) {
  EXPECT_EQ(rescale_window(0, 14), 0);
  EXPECT_EQ(rescale_window(0, -14), 0);
  EXPECT_EQ(rescale_window(1, -14), 1);
  EXPECT_EQ(rescale_window(65535, -14), 3);
  EXPECT_EQ(rescale_window(65535, 14), 65535);
  EXPECT_EQ(rescale_window(4, 14), 65535);
  EXPECT_EQ(rescale_window(3, 14), 49152);
  EXPECT_EQ(rescale_window(1234, 0), 1234);
}

struct QuoteRow {
  const char* description;
  const char* before;
  const char* after;
};

class TranslatedQuote : public testing::TestWithParam<QuoteRow> {};

TEST_P(TranslatedQuote, IsTheOtherErrorByteByByte) {
  FrameBuffer buffer{frame_bytes(GetParam().before)};
  Frame frame = buffer.frame();
  const Headers headers = parse(frame);
  ASSERT_FALSE(headers.fault);
  const std::uint32_t quoted_ip = headers.source.is_ipv4() ? 20 : 40;
  translate_quoted(frame, headers, headers.transport_offset + 8U + quoted_ip, 1000, 2'000'000'000);
  EXPECT_EQ(test::to_hex(buffer.bytes()), test::to_hex(frame_bytes(GetParam().after)))
      << GetParam().description << "\n"
      << decode_packet(buffer.bytes(), Side::inside);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, TranslatedQuote,
    testing::Values(
        QuoteRow{"the 8 bytes that ICMP guarantees",
                 "203.0.113.1 > 192.0.2.10 icmp 3/4 mtu=1300 quote=28 | 192.0.2.10:80 > "
                 "198.51.100.7:4000 tcp [.] seq=77 ack=5",
                 "203.0.113.1 > 192.0.2.10 icmp 3/4 mtu=1300 quote=28 | 192.0.2.10:80 > "
                 "198.51.100.7:4000 tcp [.] seq=1077 ack=5"},
        QuoteRow{"a quote that ends with the acknowledgement",
                 "203.0.113.1 > 192.0.2.10 icmp 11/0 quote=32 | 192.0.2.10:80 > "
                 "198.51.100.7:4000 tcp [.] seq=4294967290 ack=4000000000",
                 "203.0.113.1 > 192.0.2.10 icmp 11/0 quote=32 | 192.0.2.10:80 > "
                 "198.51.100.7:4000 tcp [.] seq=994 ack=1705032704"},
        QuoteRow{"a whole segment with its own checksum",
                 "203.0.113.1 > 192.0.2.10 icmp 3/4 mtu=1300 | 192.0.2.10:80 > 198.51.100.7:4000 "
                 "tcp [P.] seq=77 ack=5 nop nop ts=1/2 len=99",
                 "203.0.113.1 > 192.0.2.10 icmp 3/4 mtu=1300 | 192.0.2.10:80 > 198.51.100.7:4000 "
                 "tcp [P.] seq=1077 ack=2000000005 nop nop ts=1/2 len=99"},
        QuoteRow{"IPv6",
                 "2001:db8:f::1 > 2001:db8::10 icmp 2/0 mtu=1300 | [2001:db8::10]:80 > "
                 "[2001:db8::7]:4000 tcp [.] seq=77 ack=5 len=9",
                 "2001:db8:f::1 > 2001:db8::10 icmp 2/0 mtu=1300 | [2001:db8::10]:80 > "
                 "[2001:db8::7]:4000 tcp [.] seq=1077 ack=2000000005 len=9"}));

}  // namespace
}  // namespace sekimori
