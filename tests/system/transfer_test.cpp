// Whole transfers between a real client and a real nginx, over every kind of path and every set of
// TCP options.

#include <sys/socket.h>

#include <future>

#include "tests/system/through_sekimori.hpp"

namespace sekimori::lab {
namespace {

class Transfer : public ThroughSekimori {};

TEST_F(Transfer, PageOverIpv4) {
  start();
  start_nginx();
  expect_page(Lab::server_ipv4);
  EXPECT_EQ(sekimori().counter(Counter::cookie_valid), 1U);
  EXPECT_EQ(sekimori().counter(Counter::flow_established), 1U);
}

TEST_F(Transfer, PageOverIpv6) {
  start();
  start_nginx();
  expect_page(Lab::server_ipv6);
  EXPECT_EQ(sekimori().counter(Counter::cookie_valid), 1U);
  EXPECT_EQ(sekimori().counter(Counter::flow_established), 1U);
}

TEST_F(Transfer, ManyRequestsOnOneConnection) {
  start();
  start_nginx();
  TcpSocket client = new_client();
  ASSERT_EQ(client.connect({Lab::server_ipv4, http_port}), 0);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(client.send("GET / HTTP/1.1\r\nHost: lab\r\n\r\n"), 0);
    std::string response;
    while (response.find(nginx().small_page()) == std::string::npos) {
      ASSERT_EQ(client.receive(response, response.size() + 1), 0);
    }
  }
  EXPECT_EQ(sekimori().counter(Counter::flow_established), 1U);
}

TEST_F(Transfer, TwoHundredConnectionsAtOnce) {
  constexpr std::size_t count = 200;
  start();
  start_nginx();
  std::vector<std::future<HttpResult>> pages;
  for (std::size_t i = 0; i < count; ++i) {
    const char* address = i % 2 == 0 ? Lab::server_ipv4 : Lab::server_ipv6;
    pages.push_back(std::async(std::launch::async, [this, address] {
      return http_get(lab().client(), {address, http_port}, "/");
    }));
  }
  std::size_t right = 0;
  for (auto& page : pages) {
    const HttpResult result = page.get();
    right += result.error == 0 && result.body == nginx().small_page() ? 1U : 0U;
  }
  EXPECT_EQ(right, count);
  EXPECT_EQ(sekimori().counter(Counter::flow_established), count);
}

TEST_F(Transfer, TwoHundredConnectionsOpenTogether) {
  start();
  TcpListener listener = listen();
  std::vector<Connection> open;
  for (int i = 0; i < 200; ++i) {
    open.push_back(connect_through(lab(), listener));
  }
  for (auto& connection : open) {
    expect_exchange(connection);
  }
}

struct Path : Case {
  DataplaneOptions dataplane;
  LabOptions options;
};

class TransferOver : public ThroughSekimori, public testing::WithParamInterface<Path> {};

TEST_P(TransferOver, TenMegabytesEachWayAreRight) {
  start(GetParam().options, policy_for_server("proxy"), GetParam().dataplane);
  start_nginx();
  expect_large_transfers(Lab::server_ipv4);
  expect_large_transfers(Lab::server_ipv6);
  EXPECT_EQ(sekimori().counter(Counter::flow_established), 4U);
}

const DataplaneOptions af_packet{.driver = PortDriver::af_packet};
const DataplaneOptions af_xdp{.driver = PortDriver::af_xdp};
const DataplaneOptions two_workers{.workers = 2};

const LabOptions one_tag{.client_wire = true, .server_wire = true, .tags = {{.id = 7}}};
const LabOptions two_tags{.client_wire = true, .server_wire = true, .tags = {{.id = 7}, {.id = 8}}};
const LabOptions provider_tag{
    .client_wire = true, .server_wire = true, .tags = {{.ethertype = 0x88a8, .id = 7}, {.id = 8}}};

INSTANTIATE_TEST_SUITE_P(
    Paths, TransferOver,
    testing::Values(
        Path{{"AfPacket"}, af_packet, {}}, Path{{"AfXdp"}, af_xdp, {}},
        Path{{"TwoWorkers"}, two_workers, {}},
        Path{{"AfPacketWithChecksumOffload"}, af_packet, {.checksum_offload = true}},
        Path{{"AfXdpWithChecksumOffload"}, af_xdp, {.checksum_offload = true}},
        Path{{"AfPacketVlan"}, af_packet, one_tag}, Path{{"AfXdpVlan"}, af_xdp, one_tag},
        // The kernel takes the outer tag off before DPDK's af_packet driver sees the frame, and the
        // driver puts every tag back as 0x8100, so that only af_xdp carries 802.1ad's 0x88a8.
        Path{{"AfPacketTwoTags"}, af_packet, two_tags}, Path{{"AfXdpTwoTags"}, af_xdp, two_tags},
        Path{{"AfXdpQinQ"}, af_xdp, provider_tag}),
    named_by_parameter);

// The options that either side of the connection may do without.
struct Setting : Case {
  bool of_client;
  const char* sysctl;
  const char* value;
};

class TransferWith : public ThroughSekimori, public testing::WithParamInterface<Setting> {};

TEST_P(TransferWith, TenMegabytesEachWayAreRight) {
  start();
  const Namespace& host = GetParam().of_client ? lab().client() : lab().server();
  host.set_sysctl(GetParam().sysctl, GetParam().value);
  start_nginx();
  expect_large_transfers(Lab::server_ipv4);
  expect_large_transfers(Lab::server_ipv6);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, TransferWith,
    testing::Values(
        Setting{{"ClientWithoutTimestamps"}, true, "net.ipv4.tcp_timestamps", "0"},
        Setting{{"ClientWithoutSack"}, true, "net.ipv4.tcp_sack", "0"},
        Setting{{"ClientWithoutWindowScaling"}, true, "net.ipv4.tcp_window_scaling", "0"},
        Setting{{"ClientWithEcn"}, true, "net.ipv4.tcp_ecn", "1"},
        Setting{{"ServerWithoutTimestamps"}, false, "net.ipv4.tcp_timestamps", "0"},
        Setting{{"ServerWithoutSack"}, false, "net.ipv4.tcp_sack", "0"},
        Setting{{"ServerWithoutWindowScaling"}, false, "net.ipv4.tcp_window_scaling", "0"},
        Setting{{"ServerWithLargeWindows"}, false, "net.ipv4.tcp_rmem", "4096 131072 67108864"}),
    named_by_parameter);

// A first connection is made on what the policy assumes of the server, which here is wrong in each
// direction; later ones on what was learned.
struct Assumption : Case {
  const char* server;
};

class TransferAssuming : public ThroughSekimori, public testing::WithParamInterface<Assumption> {};

TEST_P(TransferAssuming, FirstAndSecondConnectionAreRight) {
  start({}, policy_for_server("proxy", std::string("[object.server]\n") + GetParam().server));
  start_nginx();
  const std::string content = nginx().large_page();
  const Endpoint server{Lab::server_ipv4, http_port};
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(http_put(lab().client(), server, "/upload/file", content).error == 0);
    EXPECT_TRUE(nginx().uploaded("file") == content);
  }
  EXPECT_GE(sekimori().counter(Counter::backend_learned), 1U);
  EXPECT_TRUE(http_get(lab().client(), server, "/large").body == content);
}

INSTANTIATE_TEST_SUITE_P(Assumptions, TransferAssuming,
                         testing::Values(Assumption{{"NoScale"}, "window_scale = 0\n"},
                                         Assumption{{"LargestScale"}, "window_scale = 14\n"},
                                         Assumption{{"NoSack"}, "sack = false\n"},
                                         Assumption{{"Timestamps"}, "timestamps = true\n"},
                                         Assumption{{"SmallSegments"}, "mss_ipv4 = 536\n"}),
                         named_by_parameter);

struct Loss : Case {
  bool at_client;
  Way way;
};

class TransferLosing : public ThroughSekimori, public testing::WithParamInterface<Loss> {};

TEST_P(TransferLosing, OnePercentIsMadeUpFor) {
  start({.client_wire = GetParam().at_client, .server_wire = !GetParam().at_client});
  start_nginx();
  Wire& wire = GetParam().at_client ? lab().client_wire() : lab().server_wire();
  const auto& rule = wire.add({.way = GetParam().way,
                               .filter = "tcp",
                               .lose = WireRule::without_end,
                               .rate = 0.01,
                               .seed = 5});
  expect_large_transfers();
  EXPECT_GT(rule.lost(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Losses, TransferLosing,
                         testing::Values(Loss{{"AtClientTowardServer"}, true, Way::toward_server},
                                         Loss{{"AtClientTowardClient"}, true, Way::toward_client},
                                         Loss{{"AtServerTowardServer"}, false, Way::toward_server},
                                         Loss{{"AtServerTowardClient"}, false, Way::toward_client}),
                         named_by_parameter);

}  // namespace
}  // namespace sekimori::lab
