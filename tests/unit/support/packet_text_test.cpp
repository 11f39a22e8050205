#include "tests/support/packet_text.hpp"

#include <gtest/gtest.h>

namespace sekimori::test {
namespace {

/// A SYN as Linux lays it out, its checksums left out; written down by hand from RFC 791 and RFC
/// 9293.
constexpr std::string_view linux_syn =
    "020000000002"
    "020000000001"
    "0800"
    "4500003c1c46400040060000c6336407c000020a"
    "0fa0005000000400000000"
    "00a002faf0000000000204"
    "05b40402080a0000000a0000000001030307";

Bytes encode(std::string_view line, Side toward = Side::inside) {
  const auto bytes = encode_packet(line, toward);
  if (!bytes) throw std::runtime_error{bytes.error()};
  return *bytes;
}

TEST(PacketText, LaysATcpSegmentOutAsRfc9293Says) {
  const Bytes frame = encode(
      "198.51.100.7:4000 > 192.0.2.10:80 id=7238 tcp [S] seq=1024 win=64240 mss=1460 sackok "
      "ts=10/0 "
      "nop ws=7");
  Bytes expected = from_hex(linux_syn);
  ASSERT_EQ(frame.size(), expected.size());
  // The two checksums are those of RFC 1071 over the bytes above.
  for (const std::size_t at : {24U, 25U, 50U, 51U}) expected[at] = frame[at];
  EXPECT_EQ(to_hex(frame), to_hex(expected));
  EXPECT_EQ(internet_checksum(std::span{frame}.subspan(14, 20)), 0);
  const Bytes addresses(frame.begin() + 26, frame.begin() + 34);
  EXPECT_EQ(internet_checksum(std::span{frame}.subspan(34), pseudo_header(addresses, 6, 40)), 0);
}

TEST(PacketText, ComputesTheChecksumOfRfc1071) {
  // The example of RFC 1071, section 3: the sum is ddf2.
  EXPECT_EQ(internet_checksum(from_hex("0001f203f4f5f6f7")), 0xffff - 0xddf2);
}

class PacketTextLine : public testing::TestWithParam<std::string> {};

TEST_P(PacketTextLine, IsWhatItsBytesRead) {
  EXPECT_EQ(decode_packet(encode(GetParam()), Side::inside), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Lines, PacketTextLine,
    testing::Values(
        "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 win=64240 mss=1460 sackok ts=10/0 nop "
        "ws=7",
        "198.51.100.7:4000 > 192.0.2.10:80 tcp [.] seq=1 ack=2 win=0 nop nop sack=5-9,20-30",
        "198.51.100.7:4000 > 192.0.2.10:80 tcp [FPU.] seq=1 ack=2 win=1 urg=3 len=1460",
        "198.51.100.7:4000 > 192.0.2.10:80 tcp [SFRPUEW.] seq=1 ack=2 win=1 data=GET badsum",
        "198.51.100.7:4000 > 192.0.2.10:80 tcp [] seq=1 win=1 res=4 off=4",
        "198.51.100.7:4000 > 192.0.2.10:80 tcp [.] seq=1 win=1 opt=fd04beef eol nop",
        "198.51.100.7:4000 > 192.0.2.10:80 tcp [.] seq=1 win=1 hex=00ff",
        "vlan=100 198.51.100.7:53 > 192.0.2.10:53 tos=184 id=9 ttl=3 nodf udp data=query",
        "svlan=200 vlan=100 [2001:db8::7]:53 > [2001:db8::10]:53 flow=77 udp data=query",
        "198.51.100.7:53 > 192.0.2.10:53 udp udplen=9 data=query badsum",
        "198.51.100.7:53 > 192.0.2.10:53 udp data=query nosum",
        "198.51.100.7 > 192.0.2.10 frag=0+ proto=17 len=1480",
        "198.51.100.7 > 192.0.2.10 frag=1480 proto=17 len=100",
        "2001:db8::7 > 2001:db8::10 frag=8+ fragid=77 proto=17 len=32",
        "[2001:db8::7]:4000 > [2001:db8::10]:80 ext=0:00010400000000 tcp [S] seq=1 win=1",
        "198.51.100.7 > 192.0.2.10 icmp 8/0 echoid=1 echoseq=2 len=56",
        "2001:db8::7 > 2001:db8::10 icmp 128/0 echoid=1 echoseq=2 len=56",
        "203.0.113.1 > 192.0.2.10 icmp 3/4 mtu=1300 quote=28 | "
        "192.0.2.10:80 > 198.51.100.7:4000 tcp seq=77 len=1400",
        "203.0.113.1 > 192.0.2.10 icmp 3/1 badsum quote=40 | "
        "192.0.2.10:80 > 198.51.100.7:4000 tcp [.] seq=77 win=5",
        "2001:db8::1 > 2001:db8::10 icmp 2/0 mtu=1300 quote=60 | "
        "[2001:db8::10]:80 > [2001:db8::7]:4000 tcp [.] seq=77 win=5",
        "198.51.100.7 > 192.0.2.10 ipopt=94040000 proto=47 hex=0102",
        "198.51.100.7 > 192.0.2.10 badip proto=47 hex=0102",
        "pad=6 198.51.100.7:4000 > 192.0.2.10:80 tcp [R] seq=1 win=0",
        "trailer=000086665455 198.51.100.7:4000 > 192.0.2.10:80 tcp [R] seq=1 win=0",
        "ether=0x88cc data=lldp",
        "mac=02:00:00:00:00:09>ff:ff:ff:ff:ff:ff ether=0x0806 hex=00010800",
        "raw 020000000002020000000001080045"));

TEST(PacketText, ShowsAFrameRawThatNoLineDescribes) {
  Bytes frame = encode("198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 win=1");
  for (std::size_t length = 0; length < frame.size(); ++length) {
    const std::string line = decode_packet(std::span{frame}.first(length), Side::inside);
    EXPECT_EQ(line, "raw " + to_hex(std::span{frame}.first(length)));
    EXPECT_EQ(to_hex(encode(line)), to_hex(std::span{frame}.first(length)));
  }
}

TEST(PacketText, RefusesWordsThatMeanNothing) {
  EXPECT_FALSE(encode_packet("198.51.100.7:1 > 192.0.2.10:80 tcp [S] sqe=1", Side::inside));
  EXPECT_FALSE(encode_packet("198.51.100.7:1 > 192.0.2.10:80 tcp [Q]", Side::inside));
  EXPECT_FALSE(encode_packet("198.51.100.7:1 > 192.0.2.300:80 tcp [S]", Side::inside));
  EXPECT_FALSE(encode_packet("198.51.100.7:1 > [2001:db8::1]:80 tcp [S]", Side::inside));
  EXPECT_FALSE(encode_packet("198.51.100.7 > 192.0.2.10", Side::inside));
  EXPECT_FALSE(encode_packet("198.51.100.7:1 > 192.0.2.10:80 tcp seq=x", Side::inside));
}

}  // namespace
}  // namespace sekimori::test
