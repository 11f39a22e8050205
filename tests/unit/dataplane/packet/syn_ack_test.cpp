#include "dataplane/packet/syn_ack.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_worker.hpp"

namespace sekimori {
namespace {

using test::decode_packet;
using test::frame_bytes;
using test::FrameBuffer;

constexpr SynAck full_answer{.sequence = 0xc0ffee00,
                             .acknowledgement = 1001,
                             .window = 14600,
                             .mss = 1460,
                             .window_scale = 7,
                             .sack_permitted = true,
                             .timestamps = true,
                             .timestamp_value = 99};

struct Row {
  const char* description;
  const char* syn;
  SynAck answer;
  const char* syn_ack;
};

class AnswerInPlace : public testing::TestWithParam<Row> {};

TEST_P(AnswerInPlace, IsTheSynAckByteByByte) {
  const Row& row = GetParam();
  FrameBuffer buffer{frame_bytes(row.syn)};
  Frame frame = buffer.frame();
  const Headers headers = parse(frame);
  ASSERT_FALSE(headers.fault) << row.description;
  answer_in_place(frame, headers, row.answer);
  const test::Bytes actual{frame.data, frame.data + frame.length};
  const test::Bytes expected = frame_bytes(row.syn_ack, Side::outside);
  EXPECT_EQ(test::to_hex(actual), test::to_hex(expected)) << row.description << "\n"
                                                          << decode_packet(actual, Side::outside);
}

SynAck without(SynAck answer, void (*change)(SynAck&)) {
  change(answer);
  return answer;
}

INSTANTIATE_TEST_SUITE_P(
    Syns, AnswerInPlace,
    testing::Values(
        Row{"Linux",
            "198.51.100.7:4000 > 192.0.2.10:80 tos=16 id=7 ttl=51 tcp [S] seq=1000 "
            "win=64240 mss=1300 sackok ts=10/0 nop ws=9",
            full_answer,
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=3237998080 ack=1001 win=14600 "
            "mss=1460 sackok ts=99/10 nop ws=7"},
        Row{"no options at all", "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 win=512",
            full_answer,
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=3237998080 ack=1001 win=14600"},
        Row{"options in an odd order and at odd offsets",
            "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 ws=2 ts=10/0 sackok mss=536 eol",
            full_answer,
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=3237998080 ack=1001 win=14600 ws=7 "
            "ts=99/10 sackok mss=1460 nop"},
        Row{"what is not agreed to becomes NOP",
            "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1300 sackok ts=10/0 nop ws=9",
            {.sequence = 7, .acknowledgement = 1001, .window = 1, .mss = 1460},
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=7 ack=1001 win=1 mss=1460 nop nop nop "
            "nop nop nop nop nop nop nop nop nop nop nop nop nop"},
        Row{"a challenge offers nothing",
            "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 mss=1300",
            {.sequence = 0, .acknowledgement = 77, .window = 1},
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=0 ack=77 win=1 nop nop nop nop"},
        Row{"unknown options and those behind the end become NOP",
            "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 opt=fd04beef mss=1300 eol eol",
            full_answer,
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=3237998080 ack=1001 win=14600 nop nop "
            "nop nop mss=1460 nop nop nop nop"},
        Row{"a SYN with data, urgent pointer and reserved bits is answered without",
            "198.51.100.7:4000 > 192.0.2.10:80 tcp [SEW] seq=1000 res=4 urg=9 mss=1300 len=33",
            without(full_answer, [](SynAck& a) { a.ecn = true; }),
            "192.0.2.10:80 > 198.51.100.7:4000 tcp [S.E] seq=3237998080 ack=1001 win=14600 "
            "mss=1460"},
        Row{"padding of a short frame stays",
            "pad=6 198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000", full_answer,
            "pad=6 192.0.2.10:80 > 198.51.100.7:4000 tcp [S.] seq=3237998080 ack=1001 win=14600"},
        Row{"tags and IPv4 options",
            "svlan=5 vlan=100 198.51.100.7:4000 > 192.0.2.10:80 ipopt=94040000 nodf tcp [S] "
            "seq=1000 mss=1300",
            full_answer,
            "svlan=5 vlan=100 192.0.2.10:80 > 198.51.100.7:4000 ipopt=01010101 tcp [S.] "
            "seq=3237998080 ack=1001 win=14600 mss=1460"},
        Row{"IPv6",
            "[2001:db8::7]:4000 > [2001:db8::10]:80 tos=3 flow=77 ttl=50 tcp [S] seq=1000 "
            "mss=1300 sackok ts=10/0 nop ws=9",
            full_answer,
            "[2001:db8::10]:80 > [2001:db8::7]:4000 tcp [S.] seq=3237998080 ack=1001 win=14600 "
            "mss=1460 sackok ts=99/10 nop ws=7"},
        Row{"IPv6 with an extension header",
            "[2001:db8::7]:4000 > [2001:db8::10]:80 ext=60:00010400000000 tcp [S] seq=1000",
            full_answer,
            "[2001:db8::10]:80 > [2001:db8::7]:4000 ext=60:00010400000000 tcp [S.] seq=3237998080 "
            "ack=1001 win=14600"}));

}  // namespace
}  // namespace sekimori
