// The real program over every kind of virtual port that it can be tried with: each starts, moves
// packets both ways without changing or reordering them, and ends cleanly.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_xdp.h>
#include <signal.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include "tests/support/deadline.hpp"
#include "tests/support/packet_socket.hpp"
#include "tests/support/packet_text.hpp"
#include "tests/support/unique_fd.hpp"
#include "tests/support/veth.hpp"
#include "tests/system/capture.hpp"
#include "tests/system/need_lab.hpp"
#include "tests/system/port_box.hpp"

namespace sekimori::lab {
namespace {

using test::Bytes;
using testing::ElementsAreArray;

/// Datagrams between a client outside and a server inside, of all lengths, some tagged, numbered
/// by their content.
std::vector<Bytes> datagrams(Side toward, std::size_t count, const std::string& client) {
  std::vector<Bytes> frames;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string length = std::to_string(i * 1400 / count);
    const std::string tag = i % 4 == 3 ? "vlan=" + std::to_string(100 + i) + " " : "";
    const std::string ends = toward == Side::inside ? client + ":4000 > 192.0.2.10:7"
                                                    : "192.0.2.10:7 > " + client + ":4000";
    const auto frame =
        test::encode_packet(tag + ends + " udp id=" + std::to_string(i) + " len=" + length, toward);
    if (!frame) throw std::invalid_argument{frame.error()};
    frames.push_back(*frame);
  }
  return frames;
}

/// What arrives at `socket` until there are `count` frames or patience ends.
std::vector<Bytes> receive(PacketSocket& socket, std::size_t count) {
  std::vector<Bytes> frames;
  (void)wait_until(patience, [&] {
    while (const auto frame = socket.receive()) {
      const auto* first = reinterpret_cast<const std::uint8_t*>(frame->data());
      frames.emplace_back(first, first + frame->size());
    }
    return frames.size() >= count;
  });
  return frames;
}

void send(PacketSocket& socket, const std::vector<Bytes>& frames) {
  for (const Bytes& frame : frames) {
    ASSERT_TRUE(wait_until(patience, [&] { return socket.send(std::as_bytes(std::span{frame})); }));
  }
}

/// Only what the tests send; a namespace talks by itself, too.
const PacketFilter& test_traffic() {
  static const PacketFilter filter{"udp port 4000 or (vlan and udp port 4000)"};
  return filter;
}

/// Sends datagrams both ways between two interfaces with a box in between.
void expect_traffic_passes(const Port& client, const Port& server, PortBox& box) {
  PacketSocket outside{client, PacketSocket::Sees::arriving, &test_traffic()};
  PacketSocket inside{server, PacketSocket::Sees::arriving, &test_traffic()};
  const auto requests = datagrams(Side::inside, 100, "198.51.100.7");
  send(outside, requests);
  EXPECT_THAT(receive(inside, requests.size()), ElementsAreArray(requests)) << box.output();
  const auto answers = datagrams(Side::outside, 100, "198.51.100.7");
  send(inside, answers);
  EXPECT_THAT(receive(outside, answers.size()), ElementsAreArray(answers)) << box.output();
}

/// Sends a packet again and again until one has come through.
bool reaches(const Port& client, const Port& server) {
  const PacketFilter probes{"udp port 4001"};
  PacketSocket outside{client, PacketSocket::Sees::arriving, &probes};
  PacketSocket inside{server, PacketSocket::Sees::arriving, &probes};
  const auto probe = test::encode_packet("198.51.100.7:4001 > 192.0.2.10:7 udp", Side::inside);
  return wait_until(patience, [&] {
    outside.send(std::as_bytes(std::span{*probe}));
    return inside.receive().has_value();
  });
}

/// A box in a namespace of its own and a client and a server in another, joined by cables where a
/// test asks for them.
struct Site {
  Run run;
  Namespace hosts{run, "hosts"};
  Namespace box{run, "box"};
  Port client{&hosts, "client"};
  Port server{&hosts, "server"};
  std::vector<std::unique_ptr<VethPair>> cables = {};

  Site() {
    box.set_sysctl("net.ipv6.conf.all.disable_ipv6", "1");
    box.set_sysctl("net.ipv6.conf.default.disable_ipv6", "1");
  }
  void lay_cables() {
    cables.push_back(std::make_unique<VethPair>(client, Port{&box, "outside"}));
    cables.push_back(std::make_unique<VethPair>(server, Port{&box, "inside"}));
  }
  [[nodiscard]] PortBox start(const PortBoxSettings& settings) const {
    return {run, box, settings};
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return (run.directory() / name).string();
  }
};

void expect_clean_end(PortBox& box) {
  EXPECT_EQ(box.stop(), 0) << box.output();
  EXPECT_FALSE(box.has_statistics());
}

class Ports : public NeedsLab {};

TEST_F(Ports, Null) {
  Site site;
  PortBox box = site.start({.outside = "net_null0,size=64", .inside = "net_null1,size=64"});
  ASSERT_TRUE(box.is_ready()) << box.output();
  EXPECT_TRUE(box.wait_for(Counter::sent_inside_packets, 10'000));
  EXPECT_TRUE(box.wait_for(Counter::sent_outside_packets, 10'000));
  expect_clean_end(box);
}

TEST_F(Ports, Pcap) {
  Site site;
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
  Site site;
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
  Site site;
  site.lay_cables();
  PortBox box = site.start(
      {.outside = "net_af_packet0,iface=outside", .inside = "net_af_packet1,iface=inside"});
  ASSERT_TRUE(box.is_ready()) << box.output();
  expect_traffic_passes(site.client, site.server, box);
  expect_clean_end(box);
}

TEST_F(Ports, AfXdp) {
  Site site;
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
  Site site;
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
  Site site;
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
