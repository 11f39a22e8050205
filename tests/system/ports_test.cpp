// The real program over every kind of virtual port that it can be tried with: each starts, moves
// packets both ways without changing or reordering them, and ends cleanly.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_xdp.h>
#include <sys/socket.h>

#include "tests/support/unique_fd.hpp"
#include "tests/system/capture.hpp"
#include "tests/system/need_lab.hpp"
#include "tests/system/port_site.hpp"

namespace sekimori::lab {
namespace {

using testing::ElementsAreArray;

/// Sends datagrams both ways between two interfaces with a box in between.
void expect_traffic_passes(const Port& client, const Port& server, PortBox& box) {
  PacketSocket outside{client, PacketSocket::Sees::arriving, &datagram_filter()};
  PacketSocket inside{server, PacketSocket::Sees::arriving, &datagram_filter()};
  const auto requests = datagrams(Side::inside, 100, "198.51.100.7");
  send(outside, requests);
  EXPECT_THAT(receive(inside, requests.size()), ElementsAreArray(requests)) << box.output();
  const auto answers = datagrams(Side::outside, 100, "198.51.100.7");
  send(inside, answers);
  EXPECT_THAT(receive(outside, answers.size()), ElementsAreArray(answers)) << box.output();
}

void expect_clean_end(PortBox& box) {
  EXPECT_EQ(box.stop(), 0) << box.output();
  EXPECT_FALSE(box.has_statistics());
}

class Ports : public NeedsLab {};

TEST_F(Ports, Null) {
  PortSite site;
  PortBox box = site.start({.outside = "net_null0,size=64", .inside = "net_null1,size=64"});
  ASSERT_TRUE(box.is_ready()) << box.output();
  EXPECT_TRUE(box.wait_for(Counter::sent_inside_packets, 10'000));
  EXPECT_TRUE(box.wait_for(Counter::sent_outside_packets, 10'000));
  expect_clean_end(box);
}

TEST_F(Ports, Pcap) {
  PortSite site;
  const auto requests = datagrams(Side::inside, 1000, "198.51.100.7");
  const auto answers = datagrams(Side::outside, 1000, "198.51.100.7");
  write_capture(site.file("requests"), requests);
  write_capture(site.file("answers"), answers);
  PortBox box = site.start({.outside = "net_pcap0,rx_pcap=" + site.file("requests") +
                                       ",tx_pcap=" + site.file("to-outside"),
                            .inside = "net_pcap1,rx_pcap=" + site.file("answers") +
                                      ",tx_pcap=" + site.file("to-inside")});
  ASSERT_TRUE(box.is_ready()) << box.output();
  EXPECT_TRUE(box.wait_for(Counter::sent_inside_packets, requests.size()));
  EXPECT_TRUE(box.wait_for(Counter::sent_outside_packets, answers.size()));
  expect_clean_end(box);
  EXPECT_THAT(read_capture(site.file("to-inside")), ElementsAreArray(requests));
  EXPECT_THAT(read_capture(site.file("to-outside")), ElementsAreArray(answers));
}

// A ring gives back what is sent into it, so the outside port gets its own packets.
TEST_F(Ports, Ring) {
  PortSite site;
  const auto requests = datagrams(Side::inside, 1000, "198.51.100.7");
  write_capture(site.file("requests"), requests);
  PortBox box = site.start({.outside = "net_pcap0,rx_pcap=" + site.file("requests") +
                                       ",tx_pcap=" + site.file("to-outside"),
                            .inside = "net_ring0"});
  ASSERT_TRUE(box.is_ready()) << box.output();
  EXPECT_TRUE(box.wait_for(Counter::sent_outside_packets, requests.size()));
  EXPECT_EQ(box.counter(Counter::received_inside_packets), requests.size());
  expect_clean_end(box);
  EXPECT_THAT(read_capture(site.file("to-outside")), ElementsAreArray(requests));
}

TEST_F(Ports, AfPacket) {
  PortSite site;
  site.lay_cables();
  PortBox box = site.start(
      {.outside = "net_af_packet0,iface=outside", .inside = "net_af_packet1,iface=inside"});
  ASSERT_TRUE(box.is_ready()) << box.output();
  expect_traffic_passes(site.client, site.server, box);
  expect_clean_end(box);
}

TEST_F(Ports, AfXdp) {
  PortSite site;
  if (!UniqueFd{::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0)}.valid()) {
    GTEST_SKIP() << "missing: AF_XDP sockets (CONFIG_XDP_SOCKETS)";
  }
  site.lay_cables();
  PortBox box =
      site.start({.outside = "net_af_xdp0,iface=outside", .inside = "net_af_xdp1,iface=inside"});
  ASSERT_TRUE(box.is_ready()) << box.output();
  expect_traffic_passes(site.client, site.server, box);
  expect_clean_end(box);
}

TEST_F(Ports, Tap) {
  PortSite site;
  if (!UniqueFd{::open("/dev/net/tun", O_RDWR | O_CLOEXEC)}.valid()) {
    GTEST_SKIP() << "missing: /dev/net/tun";
  }
  PortBox box = site.start({.outside = "net_tap0,iface=client", .inside = "net_tap1,iface=server"});
  ASSERT_TRUE(box.is_ready()) << box.output();
  expect_traffic_passes({&site.box, "client"}, {&site.box, "server"}, box);
  expect_clean_end(box);
}

// Two boxes in a row, joined by shared memory.
TEST_F(Ports, Memif) {
  PortSite site;
  site.lay_cables();
  const std::string socket = ",socket-abstract=no,socket=" + site.file("memif");
  PortBox first = site.start({.label = "first",
                              .outside = "net_af_packet0,iface=outside",
                              .inside = "net_memif0,role=server" + socket});
  ASSERT_TRUE(first.is_ready()) << first.output();
  PortBox second = site.start({.label = "second",
                               .outside = "net_memif0,role=client" + socket,
                               .inside = "net_af_packet0,iface=inside"});
  ASSERT_TRUE(second.is_ready()) << second.output();
  ASSERT_TRUE(reaches(site.client, site.server)) << first.output() << second.output();
  expect_traffic_passes(site.client, site.server, second);
  expect_clean_end(second);
  expect_clean_end(first);
}

}  // namespace
}  // namespace sekimori::lab
