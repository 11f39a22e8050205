#include "dataplane/packet/parse.hpp"

#include <gtest/gtest.h>

#include "tests/support/test_worker.hpp"

namespace sekimori {
namespace {

using test::Bytes;
using test::frame_bytes;
using test::FrameBuffer;

std::string kind_name(Kind kind) {
  switch (kind) {
    case Kind::not_ip:
      return "not_ip";
    case Kind::unparsed:
      return "unparsed";
    case Kind::fragment:
      return "fragment";
    case Kind::tcp:
      return "tcp";
    case Kind::udp:
      return "udp";
    case Kind::icmp:
      return "icmp";
    case Kind::other:
      return "other";
  }
  return "?";
}

/// What the parser says of a frame: its kind, or the rule that it breaks.
std::string parsed(const std::string& line, ChecksumHint hint = ChecksumHint::verify) {
  FrameBuffer buffer{frame_bytes(line), hint};
  const Headers headers = parse(buffer.frame());
  if (!headers.fault) return kind_name(headers.kind);
  return std::string{drop_reason_texts[static_cast<std::size_t>(*headers.fault)].name};
}

struct Row {
  const char* description;
  std::string frame;
  const char* expected;
};

class ParsedFrame : public testing::TestWithParam<Row> {};

TEST_P(ParsedFrame, IsOfItsKindOrBreaksARule) {
  EXPECT_EQ(parsed(GetParam().frame), GetParam().expected) << GetParam().description;
}

const std::string v4 = "198.51.100.7:4000 > 192.0.2.10:80 ";
const std::string v6 = "[2001:db8::7]:4000 > [2001:db8::10]:80 ";
const std::string v4_hosts = "198.51.100.7 > 192.0.2.10 ";
const std::string v6_hosts = "2001:db8::7 > 2001:db8::10 ";

INSTANTIATE_TEST_SUITE_P(
    Link, ParsedFrame,
    testing::Values(
        Row{"nothing", "raw ", "frame_truncated"},
        Row{"one byte short of a header", "raw 02000000000202000000000108", "frame_truncated"},
        Row{"a header alone", "raw 0200000000020200000000010806", "not_ip"},
        Row{"ARP", "ether=0x0806 len=28", "not_ip"},
        Row{"LLDP in a tag", "vlan=7 ether=0x88cc len=9", "not_ip"},
        Row{"802.3 with a length", "ether=0x0040 len=64", "not_ip"},
        Row{"a tag that is cut", "raw 020000000002020000000001810000", "frame_truncated"},
        Row{"a second tag that is cut", "raw 0200000000020200000000018100000588a80001",
            "frame_truncated"},
        Row{"one tag", "vlan=7 " + v4 + "tcp [.]", "tcp"},
        Row{"a priority tag", "vlan=0xe000 " + v4 + "tcp [.]", "tcp"},
        Row{"a service tag alone", "svlan=7 " + v4 + "tcp [.]", "tcp"},
        Row{"QinQ", "svlan=7 vlan=8 " + v6 + "tcp [.]", "tcp"},
        Row{"two customer tags", "vlan=7 vlan=8 " + v4 + "udp", "udp"},
        Row{"three tags are not looked behind", "svlan=6 vlan=7 vlan=8 " + v4 + "tcp [.]",
            "not_ip"},
        Row{"IPv4 begins behind the frame's end", "raw 0200000000020200000000010800",
            "ip_truncated"},
        Row{"IPv6 begins behind the frame's end", "raw 02000000000202000000000186dd",
            "ip_truncated"}));

INSTANTIATE_TEST_SUITE_P(
    Ipv4, ParsedFrame,
    testing::Values(
        Row{"whole", v4 + "tcp [.]", "tcp"}, Row{"with padding", "pad=6 " + v4 + "tcp [.]", "tcp"},
        Row{"one byte short", v4 + "tcp [.] len=9 cut=62", "ip_truncated"},
        Row{"half a header", v4 + "tcp [.] cut=33", "ip_truncated"},
        Row{"version 5", v4 + "ver=5 tcp [.]", "ip_header_invalid"},
        Row{"header of 16 bytes", v4 + "ihl=4 tcp [.]", "ip_header_invalid"},
        Row{"header longer than the packet", v4 + "iplen=20 ihl=6 tcp [.]", "ip_header_invalid"},
        Row{"total length below the header's", v4 + "iplen=19 tcp [.]", "ip_header_invalid"},
        Row{"header checksum", v4 + "badip tcp [.]", "ip_checksum"},
        Row{"router alert", v4 + "ipopt=94040000 tcp [.]", "tcp"},
        Row{"all 40 bytes of options", v4 + "ipopt=44280501" + std::string(72, '0') + " tcp [.]",
            "tcp"},
        Row{"NOPs and the end", v4 + "ipopt=01010100ffffffff tcp [.]", "tcp"},
        Row{"option of length 1", v4 + "ipopt=94010000 tcp [.]", "ip_options_invalid"},
        Row{"option of length 0", v4 + "ipopt=94000000 tcp [.]", "ip_options_invalid"},
        Row{"option past the end", v4 + "ipopt=94050000 tcp [.]", "ip_options_invalid"},
        Row{"option without a length", v4 + "ipopt=01010194 tcp [.]", "ip_options_invalid"},
        Row{"loose source route", v4 + "ipopt=8307040a00000100 tcp [.]", "ip_options_invalid"},
        Row{"strict source route", v4 + "ipopt=8907040a00000100 tcp [.]", "ip_options_invalid"},
        Row{"source route as the last byte", v4 + "ipopt=01010183 tcp [.]", "ip_options_invalid"},
        Row{"from this network", "0.0.0.1:1 > 192.0.2.10:2 udp", "ip_source_invalid"},
        Row{"from a loopback", "127.9.9.9:1 > 192.0.2.10:2 udp", "ip_source_invalid"},
        Row{"from a group", "224.0.0.1:1 > 192.0.2.10:2 udp", "ip_source_invalid"},
        Row{"from a broadcast", "255.255.255.255:1 > 192.0.2.10:2 udp", "ip_source_invalid"},
        Row{"from the highest host", "223.255.255.255:1 > 192.0.2.10:2 udp", "udp"},
        Row{"from itself", "192.0.2.10:1 > 192.0.2.10:2 udp", "land"},
        Row{"from itself, as a fragment", "192.0.2.10 > 192.0.2.10 frag=8 proto=17 len=8", "land"},
        Row{"another protocol", v4_hosts + "proto=47 len=4", "other"},
        Row{"ICMPv6 is none over IPv4", v4_hosts + "proto=58 len=8", "other"},
        Row{"no payload at all", v4_hosts + "proto=47", "other"}));

INSTANTIATE_TEST_SUITE_P(
    Fragments, ParsedFrame,
    testing::Values(
        Row{"first", v4_hosts + "frag=0+ proto=17 len=1480", "fragment"},
        Row{"last", v4_hosts + "frag=1480 proto=17 len=3", "fragment"},
        Row{"the very last bytes", v4_hosts + "frag=65528 proto=17 len=7", "fragment"},
        Row{"past the longest packet", v4_hosts + "frag=65528 proto=17 len=8", "fragment_invalid"},
        Row{"empty", v4_hosts + "frag=8 proto=17", "fragment_invalid"},
        Row{"not of whole units", v4_hosts + "frag=0+ proto=17 len=9", "fragment_invalid"},
        Row{"first of TCP with its header", v4_hosts + "frag=0+ proto=6 len=24", "fragment"},
        Row{"first of TCP without all of its header", v4_hosts + "frag=0+ proto=6 len=16",
            "fragment_tiny"},
        Row{"second of TCP over the header", v4_hosts + "frag=8 proto=6 len=8", "fragment_tiny"},
        Row{"second of TCP behind the header", v4_hosts + "frag=24 proto=6 len=8", "fragment"},
        Row{"IPv6, first", v6_hosts + "frag=0+ proto=17 len=8", "fragment"},
        Row{"IPv6, last", v6_hosts + "frag=8 proto=17 len=1", "fragment"},
        Row{"IPv6, not of whole units", v6_hosts + "frag=8+ proto=17 len=1", "fragment_invalid"},
        Row{"IPv6, empty", v6_hosts + "frag=8 proto=17", "fragment_invalid"},
        Row{"IPv6, tiny", v6_hosts + "frag=0+ proto=6 len=8", "fragment_tiny"},
        Row{"IPv6, atomic (RFC 6946)", v6 + "frag=0 tcp [.]", "tcp"},
        Row{"IPv6, atomic around a fragment",
            v6_hosts + "ext=44:00000000000000 frag=8 proto=17 len=8", "fragment"}));

INSTANTIATE_TEST_SUITE_P(
    Ipv6, ParsedFrame,
    testing::Values(
        Row{"whole", v6 + "tcp [.]", "tcp"}, Row{"with padding", "pad=6 " + v6 + "udp", "udp"},
        Row{"one byte short", v6 + "tcp [.] len=9 cut=82", "ip_truncated"},
        Row{"half a header", v6 + "tcp [.] cut=53", "ip_truncated"},
        Row{"version 4", v6 + "ver=4 tcp [.]", "ip_header_invalid"},
        Row{"mapped source", "[::ffff:198.51.100.7]:1 > [2001:db8::10]:2 udp", "ip_header_invalid"},
        Row{"mapped destination", "[2001:db8::7]:1 > [::ffff:192.0.2.10]:2 udp",
            "ip_header_invalid"},
        Row{"from a group", "[ff02::1]:1 > [2001:db8::10]:2 udp", "ip_source_invalid"},
        Row{"from nowhere", "[::]:1 > [2001:db8::10]:2 udp", "ip_source_invalid"},
        Row{"from a loopback", "[::1]:1 > [2001:db8::10]:2 udp", "ip_source_invalid"},
        Row{"from itself", "[2001:db8::10]:1 > [2001:db8::10]:2 udp", "land"},
        Row{"no next header", v6_hosts + "proto=59", "other"},
        Row{"ICMP is none over IPv6", v6_hosts + "proto=1 len=8", "other"},
        Row{"hop-by-hop options", v6 + "ext=0:00010400000000 tcp [.]", "tcp"},
        Row{"four headers",
            v6 + "ext=0:00010400000000 ext=60:00010400000000 ext=43:00000000000000 "
                 "ext=60:00010400000000 tcp [.]",
            "tcp"},
        Row{"five headers",
            v6 + "ext=0:00010400000000 ext=60:00010400000000 ext=43:00000000000000 "
                 "ext=60:00010400000000 ext=60:00010400000000 tcp [.]",
            "unparsed"},
        Row{"hop-by-hop options not in front",
            v6 + "ext=60:00010400000000 ext=0:00010400000000 tcp [.]", "ipv6_extension_invalid"},
        Row{"routing that is done", v6 + "ext=43:00040000000000 tcp [.]", "tcp"},
        Row{"routing that is not", v6 + "ext=43:00000100000000 tcp [.]", "ipv6_extension_invalid"},
        Row{"header longer than the packet", v6_hosts + "ext=60:05010400000000 proto=6 len=24",
            "ipv6_extension_invalid"},
        Row{"header cut by the packet", v6_hosts + "iplen=4 ext=60:00010400000000 proto=6 len=24",
            "ipv6_extension_invalid"}));

/// A destination options header of as many bytes, a multiple of 8.
std::string options_header(unsigned bytes) {
  constexpr const char* hex = "0123456789abcdef";
  const unsigned units = bytes / 8 - 1;
  return std::string{"ext=60:"} + hex[units / 16] + hex[units % 16] +
         std::string((bytes - 2) * 2, '0') + " ";
}

// 192 bytes are read: 14 of Ethernet and 40 of IPv6 leave 138 for extension headers and TCP.
INSTANTIATE_TEST_SUITE_P(
    Window, ParsedFrame,
    testing::Values(Row{"TCP ends within", v6 + options_header(112) + "tcp [.]", "tcp"},
                    Row{"TCP begins within and ends behind", v6 + options_header(120) + "tcp [.]",
                        "unparsed"},
                    Row{"TCP options end behind",
                        v6 + options_header(112) + "tcp [S] mss=1440 nop nop nop nop", "unparsed"},
                    Row{"TCP begins behind", v6 + options_header(144) + "tcp [.]", "unparsed"},
                    Row{"an extension header begins within and ends behind",
                        v6 + options_header(120) + options_header(24) + "tcp [.]", "unparsed"},
                    Row{"an extension header begins behind",
                        v6 + options_header(136) + options_header(8) + "tcp [.]", "unparsed"},
                    Row{"TCP behind is still of whole length",
                        v6_hosts + options_header(144) + "proto=6 len=19", "tcp_header_invalid"}));

INSTANTIATE_TEST_SUITE_P(
    Tcp, ParsedFrame,
    testing::Values(
        Row{"19 bytes", v4_hosts + "proto=6 len=19", "tcp_header_invalid"},
        Row{"nothing", v6_hosts + "proto=6", "tcp_header_invalid"},
        Row{"data offset of 4 words", v4 + "tcp [.] off=4", "tcp_header_invalid"},
        Row{"data offset behind the packet", v4 + "tcp [.] off=6", "tcp_header_invalid"},
        Row{"data offset over data", v4 + "tcp [.] off=6 hex=01010101", "tcp"},
        Row{"checksum", v4 + "tcp [.] badsum", "tcp_checksum"},
        Row{"checksum over an odd length", v6 + "tcp [.] len=3", "tcp"},
        Row{"malformed option", v4 + "tcp [S] opt=02030000", "tcp_options_invalid"},
        Row{"source port 0", "198.51.100.7:0 > 192.0.2.10:80 tcp [S]", "tcp_port_zero"},
        Row{"destination port 0", "[2001:db8::7]:80 > [2001:db8::10]:0 tcp [S]", "tcp_port_zero"}));

INSTANTIATE_TEST_SUITE_P(
    UdpAndIcmp, ParsedFrame,
    testing::Values(Row{"UDP", v4 + "udp data=query", "udp"}, Row{"empty UDP", v6 + "udp", "udp"},
                    Row{"UDP of 7 bytes", v4_hosts + "proto=17 len=7", "udp_length"},
                    Row{"UDP length too small", v4 + "udp udplen=12 data=query", "udp_length"},
                    Row{"UDP length too large", v4 + "udp udplen=14 data=query", "udp_length"},
                    Row{"UDP checksum", v4 + "udp data=query badsum", "udp_checksum"},
                    Row{"UDP without a checksum", v4 + "udp data=query nosum", "udp"},
                    Row{"UDP over IPv6 without a checksum", v6 + "udp data=query nosum",
                        "udp_checksum"},
                    Row{"ICMP", v4_hosts + "icmp 8/0 len=56", "icmp"},
                    Row{"ICMPv6", v6_hosts + "icmp 128/0 len=55", "icmp"},
                    Row{"ICMP of 7 bytes", v4_hosts + "proto=1 len=7", "icmp_truncated"},
                    Row{"ICMPv6 of nothing", v6_hosts + "proto=58", "icmp_truncated"},
                    Row{"ICMP checksum", v4_hosts + "icmp 8/0 badsum", "icmp_checksum"},
                    Row{"ICMPv6 checksum", v6_hosts + "icmp 128/0 badsum", "icmp_checksum"}));

TEST(ParsedTcpFlags, AreValidAsStacksSendThem) {
  // By the four flags that decide: FIN, SYN, RST, ACK. The others may come with any but a SYN's
  // URG.
  const std::vector<std::string> valid{"S", "S.", ".", "F.", "R", "R."};
  const std::string letters = "FSR.";
  for (unsigned bits = 0; bits < 16; ++bits) {
    std::string flags;
    for (unsigned i = 0; i < 4; ++i) {
      if ((bits >> i & 1) != 0) flags += letters[i];
    }
    const bool expected = std::ranges::find(valid, flags) != valid.end();
    for (const char* others : {"", "P", "EW"}) {
      EXPECT_EQ(parsed(v4 + "tcp [" + flags + others + "]"), expected ? "tcp" : "tcp_flags_invalid")
          << flags << others;
    }
    EXPECT_EQ(parsed(v4 + "tcp [" + flags + "U] urg=1"),
              expected && flags != "S" ? "tcp" : "tcp_flags_invalid")
        << flags;
  }
}

TEST(ParsedHeaders, OfATaggedIpv6SynAreAllThere) {
  FrameBuffer buffer{
      frame_bytes("svlan=5 vlan=100 [2001:db8::7]:4000 > [2001:db8::10]:80 "
                  "ext=0:00010400000000 tcp [SEW] seq=1000 ack=7 win=64240 mss=1300 "
                  "len=5 pad=3")};
  const Headers h = parse(buffer.frame());
  ASSERT_FALSE(h.fault);
  EXPECT_TRUE(h.addressed);
  EXPECT_EQ(h.ethertype, ethertype::ipv6);
  EXPECT_EQ(h.ip_offset, 22);
  EXPECT_EQ(h.transport_offset, 22 + 40 + 8);
  EXPECT_EQ(h.payload_offset, 22 + 40 + 8 + 24);
  EXPECT_EQ(h.ip_end, 22U + 40 + 8 + 24 + 5);
  EXPECT_EQ(h.payload_length(), 5U);
  EXPECT_EQ(h.protocol, protocol::tcp);
  EXPECT_EQ(h.source.to_string(), "2001:db8::7");
  EXPECT_EQ(h.destination.to_string(), "2001:db8::10");
  EXPECT_EQ(h.source_port, 4000);
  EXPECT_EQ(h.destination_port, 80);
  EXPECT_EQ(h.sequence, 1000U);
  EXPECT_EQ(h.acknowledgement, 7U);
  EXPECT_EQ(h.window, 64240);
  EXPECT_EQ(h.tcp_flags, tcp_flag::syn | tcp_flag::ece | tcp_flag::cwr);
  EXPECT_EQ(h.options.mss, 1300);
}

TEST(ParsedHeaders, HaveAddressesWheneverTheyAreThere) {
  for (const std::string& line :
       {v4 + "badip tcp [.]", v4 + "tcp [.] len=9 cut=62", v6 + "tcp [.] badsum",
        v6 + "ext=60:00010400000000 ext=0:00010400000000 tcp [.]"}) {
    FrameBuffer buffer{frame_bytes(line)};
    const Headers h = parse(buffer.frame());
    EXPECT_TRUE(h.fault) << line;
    EXPECT_TRUE(h.addressed) << line;
    EXPECT_FALSE(h.destination == Address{}) << line;
  }
}

TEST(ParsedChecksum, IsTakenFromThePortThatVerifiedIt) {
  EXPECT_EQ(parsed(v4 + "tcp [.] badsum", ChecksumHint::good), "tcp");
  EXPECT_EQ(parsed(v6 + "udp data=query badsum", ChecksumHint::good), "udp");
  // The header's own checksum is verified all the same.
  EXPECT_EQ(parsed(v4 + "badip tcp [.]", ChecksumHint::good), "ip_checksum");
}

/// A frame whose transport checksum is the pseudo-header's sum alone, as an offloading stack leaves
/// it.
Bytes with_partial_checksum(const std::string& line, std::size_t checksum_at) {
  Bytes bytes = frame_bytes(line);
  const bool ipv4 = bytes[12] == 0x08;
  const std::size_t addresses_at = ipv4 ? 26 : 22;
  const std::size_t transport_at = ipv4 ? 34 : 54;
  const Bytes addresses(bytes.begin() + static_cast<std::ptrdiff_t>(addresses_at),
                        bytes.begin() + static_cast<std::ptrdiff_t>(transport_at));
  const std::uint8_t protocol = ipv4 ? bytes[23] : bytes[20];
  const std::uint16_t sum = static_cast<std::uint16_t>(~test::internet_checksum(
      {}, test::pseudo_header(addresses, protocol, bytes.size() - transport_at)));
  bytes[checksum_at] = static_cast<std::uint8_t>(sum >> 8);
  bytes[checksum_at + 1] = static_cast<std::uint8_t>(sum);
  return bytes;
}

TEST(ParsedChecksum, IsCompletedWhereAVirtualPortLeavesItPartial) {
  struct Partial {
    std::string line;
    std::size_t checksum_at;
  };
  for (const auto& [line, at] :
       {Partial{v4 + "tcp [P.] seq=5 ack=6 len=101", 50}, Partial{v6 + "tcp [S] mss=1440", 70},
        Partial{v4 + "udp data=query", 40}, Partial{v6 + "udp len=8", 60}}) {
    const Bytes partial = with_partial_checksum(line, at);
    FrameBuffer allowed{partial, ChecksumHint::allow_partial};
    const Headers headers = parse(allowed.frame());
    EXPECT_FALSE(headers.fault) << line;
    EXPECT_TRUE(headers.checksum_completed) << line;
    EXPECT_EQ(test::to_hex(allowed.bytes()), test::to_hex(frame_bytes(line)));

    FrameBuffer refused{partial};
    EXPECT_TRUE(parse(refused.frame()).fault) << line;
    EXPECT_EQ(refused.bytes(), partial);

    FrameBuffer whole{frame_bytes(line), ChecksumHint::allow_partial};
    EXPECT_FALSE(parse(whole.frame()).fault) << line;
    EXPECT_FALSE(parse(whole.frame()).checksum_completed) << line;
  }
}

TEST(ParsedChecksum, IsWrongEvenOnAVirtualPort) {
  EXPECT_EQ(parsed(v4 + "tcp [.] badsum", ChecksumHint::allow_partial), "tcp_checksum");
}

TEST(ParsedChecksum, OfUdpNeverBecomesNone) {
  // With this payload the completed sum is 0, which would say that there is no checksum.
  for (unsigned value = 0; value < 65536; ++value) {
    std::array<char, 5> hex{};
    std::snprintf(hex.data(), hex.size(), "%04x", value);
    const std::string line = v4 + "udp hex=" + hex.data();
    if (const Bytes bytes = frame_bytes(line); bytes[40] != 0xff || bytes[41] != 0xff) continue;
    FrameBuffer buffer{with_partial_checksum(line, 40), ChecksumHint::allow_partial};
    EXPECT_TRUE(parse(buffer.frame()).checksum_completed);
    EXPECT_EQ(test::to_hex(buffer.bytes()), test::to_hex(frame_bytes(line)));
    return;
  }
  FAIL() << "no payload has the checksum 0xffff";
}

TEST(Parse, OfEveryPrefixOfAFrameReadsNothingBehindIt) {
  for (const std::string& line :
       {v4 + "ipopt=94040000 tcp [S] mss=1460 sackok ts=10/0 nop ws=7 len=9",
        v6 + "ext=0:00010400000000 frag=0 tcp [S] mss=1440 sackok ts=10/0 nop ws=7",
        "svlan=5 vlan=100 " + v4 + "udp len=9", v6_hosts + "icmp 128/0 len=9"}) {
    const Bytes whole = frame_bytes(line);
    for (std::size_t length = 0; length <= whole.size(); ++length) {
      // Not a FrameBuffer, which is never shorter than a reply.
      const auto block = std::make_unique<std::uint8_t[]>(std::max<std::size_t>(length, 1));
      std::copy_n(whole.begin(), length, block.get());
      const Headers h = parse({.data = block.get(),
                               .length = static_cast<std::uint32_t>(length),
                               .capacity = static_cast<std::uint32_t>(length)});
      EXPECT_EQ(h.fault.has_value(), length < whole.size()) << length << " of " << line;
    }
  }
}

}  // namespace
}  // namespace sekimori
