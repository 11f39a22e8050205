#include "control/diagnose/packet_view.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/packet_text.hpp"

namespace sekimori::test {
namespace {

struct Case {
  const char* packet;
  PacketClass kind;
  const char* summary;
};

const Case cases[] = {
    {"198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 mss=1460", PacketClass::syn,
     "198.51.100.7:4000 > 192.0.2.10:80 TCP SYN, 99 bytes"},
    {"198.51.100.7:4000 > 192.0.2.10:80 tcp [S.] seq=1 ack=2", PacketClass::ack,
     "198.51.100.7:4000 > 192.0.2.10:80 TCP SYN-ACK, 99 bytes"},
    {"198.51.100.7:4000 > 192.0.2.10:80 tcp [.] seq=1 ack=2", PacketClass::ack,
     "198.51.100.7:4000 > 192.0.2.10:80 TCP ACK, 99 bytes"},
    {"198.51.100.7:4000 > 192.0.2.10:80 tcp [R] seq=1", PacketClass::rst,
     "198.51.100.7:4000 > 192.0.2.10:80 TCP RST, 99 bytes"},
    {"198.51.100.7:4000 > 192.0.2.10:80 tcp [F.] seq=1 ack=2", PacketClass::fin,
     "198.51.100.7:4000 > 192.0.2.10:80 TCP FIN-ACK, 99 bytes"},
    {"vlan=100 [2001:db8::7]:53 > [2001:db8::10]:4444 udp data=query", PacketClass::udp,
     "[2001:db8::7]:53 > [2001:db8::10]:4444 UDP, 99 bytes"},
    {"203.0.113.1 > 192.0.2.10 icmp 8/0", PacketClass::icmp,
     "203.0.113.1 > 192.0.2.10 ICMP type 8, 99 bytes"},
    {"raw 020000000002020000000001080045", PacketClass::other, "no IP, 99 bytes"},
    {"raw 02000000000202000000000186dd60", PacketClass::other, "no IP, 99 bytes"},
    {"raw 02", PacketClass::other, "no IP, 99 bytes"},
};

TEST(PacketView, ReadsWhatStandsInAFrame) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.packet);
    const auto frame = encode_packet(c.packet, Side::inside);
    ASSERT_TRUE(frame.has_value()) << frame.error();
    const PacketView view = read_packet(*frame);
    EXPECT_EQ(view.kind, c.kind);
    EXPECT_EQ(summary_text(view, 99), c.summary);
  }
}

TEST(PacketView, TellsFirstFragmentsWithPortsFromLaterOnes) {
  auto frame = *encode_packet("198.51.100.7:53 > 192.0.2.10:4444 udp len=100", Side::inside);
  frame[20] = 0x20;  // more fragments follow
  PacketView first = read_packet(frame);
  EXPECT_EQ(first.kind, PacketClass::fragment);
  EXPECT_TRUE(first.has_ports);
  EXPECT_EQ(first.source_port, 53);
  frame[20] = 0;
  frame[21] = 185;  // and this is a later one
  const PacketView later = read_packet(frame);
  EXPECT_EQ(later.kind, PacketClass::fragment);
  EXPECT_FALSE(later.has_ports);
  EXPECT_EQ(class_text(later), "UDP fragment");
}

TEST(PacketView, ReadsNothingBehindWhatWasCaptured) {
  const auto whole =
      *encode_packet("198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 mss=1460", Side::inside);
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    // A block of just this size, so that the sanitizer sees one byte too many.
    const auto cut = std::make_unique<std::uint8_t[]>(length);
    std::copy_n(whole.begin(), length, cut.get());
    const PacketView view = read_packet({cut.get(), length});
    EXPECT_EQ(view.is_ip, length >= 34) << length;
    EXPECT_EQ(view.has_ports, length >= 38) << length;
    EXPECT_EQ(view.kind == PacketClass::syn, length >= 48) << length;
  }
}

}  // namespace
}  // namespace sekimori::test
