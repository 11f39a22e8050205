// The laboratory itself, over the kernel's bridge: what the other system tests stand on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>

#include "tests/support/deadline.hpp"
#include "tests/support/http.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/nginx.hpp"
#include "tests/system/need_lab.hpp"

namespace sekimori::lab {
namespace {

using namespace std::chrono_literals;

class Laboratory : public NeedsLab {};

Nginx start_nginx(const Lab& lab) {
  return Nginx{
      lab.server(), lab.run().directory(), {.ipv4 = Lab::server_ipv4, .ipv6 = Lab::server_ipv6}};
}

TEST_F(Laboratory, ServesPagesAndTakesUploads) {
  Lab lab;
  const PlainBridge bridge{lab};
  const Nginx nginx = start_nginx(lab);
  for (const char* address : {Lab::server_ipv4, Lab::server_ipv6}) {
    const Endpoint server{address, 80};
    EXPECT_EQ(http_get(lab.client(), server, "/").body, nginx.small_page());
    EXPECT_EQ(http_get(lab.client(), server, "/large").body, nginx.large_page());
    EXPECT_EQ(http_put(lab.client(), server, "/upload/a", nginx.large_page()).status / 100, 2);
    EXPECT_EQ(nginx.uploaded("a"), nginx.large_page());
  }
}

TEST_F(Laboratory, CarriesUncomputedChecksumsOverTheBridge) {
  Lab lab{{.checksum_offload = true}};
  const PlainBridge bridge{lab};
  const Nginx nginx = start_nginx(lab);
  EXPECT_EQ(http_get(lab.client(), {Lab::server_ipv4, 80}, "/large").body, nginx.large_page());
}

TEST_F(Laboratory, WireLosesTheFrameThatARuleNames) {
  Lab lab{{.client_wire = true}};
  const PlainBridge bridge{lab};
  TcpListener listener{lab.server(), {Lab::server_ipv4, 80}};
  const auto& lost =
      lab.client_wire().add({.way = Way::toward_server, .filter = "tcp[tcpflags] == tcp-syn"});
  const auto& answers =
      lab.client_wire().watch(Way::toward_client, "tcp[tcpflags] == tcp-syn|tcp-ack");
  TcpSocket client{lab.client(), AF_INET};
  EXPECT_EQ(client.connect({Lab::server_ipv4, 80}), 0);
  EXPECT_EQ(lost.lost(), 1U);
  EXPECT_EQ(lost.matched(), 2U);
  EXPECT_EQ(answers.matched(), 1U);
  EXPECT_EQ(client.info().tcpi_total_retrans, 1U);
}

TEST_F(Laboratory, WireLosesTheSameFramesForTheSameSeed) {
  Lab lab{{.server_wire = true}};
  const PlainBridge bridge{lab};
  const Nginx nginx = start_nginx(lab);
  const auto& rule = lab.server_wire().add({.way = Way::toward_client,
                                            .filter = "tcp",
                                            .lose = WireRule::without_end,
                                            .rate = 0.01,
                                            .seed = 7});
  EXPECT_EQ(http_get(lab.client(), {Lab::server_ipv4, 80}, "/large").body, nginx.large_page());
  EXPECT_GT(rule.lost(), 0U);
  EXPECT_LT(rule.lost(), rule.matched() / 20);
}

TEST_F(Laboratory, WiresPutTagsOnBetweenThemAndTakeThemOff) {
  for (const auto& tags : {std::vector<VlanTag>{{.id = 7}},
                           std::vector<VlanTag>{{.ethertype = 0x88a8, .id = 7}, {.id = 8}}}) {
    Lab lab{{.client_wire = true, .server_wire = true, .tags = tags}};
    const PlainBridge bridge{lab};
    const Nginx nginx = start_nginx(lab);
    PacketSocket box{lab.inside_port()};
    EXPECT_EQ(http_get(lab.client(), {Lab::server_ipv4, 80}, "/large").body, nginx.large_page());
    const PacketFilter tagged{tags.size() == 1 ? "vlan 7 and tcp" : "vlan 7 and vlan 8 and tcp"};
    std::size_t seen = 0;
    while (const auto frame = box.receive()) {
      seen += tagged.matches(*frame) ? 1U : 0U;
    }
    EXPECT_GT(seen, 1000U);
  }
}

TEST_F(Laboratory, CounterCountsWhatItsFilterNames) {
  Lab lab;
  const PlainBridge bridge{lab};
  TcpListener listener{lab.server(), {Lab::server_ipv4, 80}};
  PacketCounter syns{lab.server_port(), "tcp[tcpflags] == tcp-syn"};
  for (int i = 0; i < 10; ++i) {
    TcpSocket client{lab.client(), AF_INET};
    EXPECT_EQ(client.connect({Lab::server_ipv4, 80}), 0);
  }
  EXPECT_EQ(syns.count(), 10U);
}

// What a signal, a crash or SIGKILL leaves behind.
class LaboratoryEnds : public NeedsLab, public testing::WithParamInterface<int> {};

TEST_P(LaboratoryEnds, NothingIsLeft) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Lab lab;
    const Process sleeper{lab.box(), {"sleep", "100"}, lab.run().directory() / "sleep.log"};
    const pid_t pids[2] = {::getpid(), sleeper.pid()};
    (void)!::write(ends[1], pids, sizeof pids);
    ::pause();
    ::_exit(0);
  }
  pid_t pids[2] = {};
  ASSERT_EQ(::read(ends[0], pids, sizeof pids), static_cast<ssize_t>(sizeof pids));
  ::kill(child, GetParam());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), GetParam());
  const auto is_clean = [&] {
    const std::string name = "sekimori-" + std::to_string(child) + "-";
    for (const char* folder : {"/run/netns", "/tmp"}) {
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().filename().string().starts_with(name)) {
          return false;
        }
      }
    }
    return true;
  };
  if (GetParam() == SIGKILL) {
    EXPECT_TRUE(wait_until(10s, is_clean));
  } else {
    EXPECT_TRUE(is_clean());  // The handler itself waits for the janitor.
  }
  // A process that has ended is there until its new parent has read its status.
  EXPECT_TRUE(wait_until(10s, [&] { return ::kill(pids[1], 0) != 0; }));
}

INSTANTIATE_TEST_SUITE_P(Signals, LaboratoryEnds, testing::Values(SIGINT, SIGTERM, SIGKILL),
                         [](const auto& signal) {
                           return "Signal" + std::to_string(signal.param);
                         });

}  // namespace
}  // namespace sekimori::lab
