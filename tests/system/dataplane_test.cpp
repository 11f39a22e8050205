// The life of the program: how it starts or refuses to, changes its policy, shares work between
// workers and ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <numeric>
#include <thread>

#include "tests/support/deadline.hpp"
#include "tests/system/need_lab.hpp"
#include "tests/system/port_site.hpp"

namespace sekimori::lab {
namespace {

using test::Bytes;
using testing::Each;
using testing::ElementsAreArray;
using testing::Gt;
using testing::HasSubstr;

constexpr const char* pass_all = R"(
[[object]]
name = "server"
prefixes = ["192.0.2.10"]
)";
constexpr const char* block_client = R"(
[box]
block = ["198.51.100.0/24"]
[[object]]
name = "server"
prefixes = ["192.0.2.10"]
)";

/// Datagrams from the client, one after another, until the end of the scope.
class SteadyClient {
 public:
  explicit SteadyClient(const Port& client)
      : socket_(client), thread_([this](const std::stop_token& stop) { run(stop); }) {}

 private:
  static constexpr int most_rounds = 10'000;

  void run(const std::stop_token& stop) {
    const auto frames = datagrams(Side::inside, 50, "198.51.100.7");
    for (int round = 0; round < most_rounds && !stop.stop_requested(); ++round) {
      for (const Bytes& frame : frames) (void)socket_.send(std::as_bytes(std::span{frame}));
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
  }

  PacketSocket socket_;
  std::jthread thread_;
};

PortBoxSettings between_cables(const std::string& policy = "[box]\n") {
  return {.outside = "net_af_packet0,iface=outside",
          .inside = "net_af_packet1,iface=inside",
          .policy = policy};
}

std::uint64_t sum(const auto& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0});
}

std::uint64_t counter(const WorkerStats& stats, Counter which) {
  return stats.counters[static_cast<std::size_t>(which)];
}

std::uint64_t verdict(const WorkerStats& stats, Verdict which) {
  return stats.verdicts[static_cast<std::size_t>(which)];
}

class DataplaneProgram : public NeedsLab {};

TEST_F(DataplaneProgram, ReloadsItsPolicyUnderTraffic) {
  PortSite site;
  site.lay_cables();
  PortBox box = site.start(between_cables(pass_all));
  ASSERT_TRUE(box.is_ready()) << box.output();
  const SteadyClient traffic{site.client};
  ASSERT_TRUE(box.wait_for(Counter::sent_inside_packets, 100)) << box.output();

  const auto blocked = [&box] {
    return box.statistics().total().drops[static_cast<std::size_t>(DropReason::source_blocked)];
  };
  const std::uint64_t first_policy = box.statistics().policy_id;
  box.reload(block_client);
  EXPECT_TRUE(wait_until(patience, [&] { return blocked() > 100; })) << box.output();
  EXPECT_EQ(box.statistics().policy_generation, 2U);
  EXPECT_NE(box.statistics().policy_id, first_policy);

  const std::uint64_t sent_before = box.counter(Counter::sent_inside_packets);
  box.reload(pass_all);
  EXPECT_TRUE(box.wait_for(Counter::sent_inside_packets, sent_before + 100)) << box.output();
  EXPECT_EQ(box.statistics().policy_generation, 3U);
  EXPECT_EQ(box.statistics().policy_id, first_policy);
  EXPECT_EQ(box.stop(), 0) << box.output();
}

TEST_F(DataplaneProgram, KeepsItsPolicyWhenTheNewOneIsWrong) {
  PortSite site;
  site.lay_cables();
  PortBox box = site.start(between_cables());
  ASSERT_TRUE(box.is_ready()) << box.output();
  const StatsSnapshot before = box.statistics();
  box.reload("[box]\nunprotected = \"perhaps\"\n");
  EXPECT_TRUE(box.process().wait_for_output("the policy in force stays", patience));
  EXPECT_THAT(box.output(), HasSubstr("unprotected"));
  EXPECT_EQ(box.statistics().policy_generation, before.policy_generation);
  EXPECT_TRUE(reaches(site.client, site.server));
  EXPECT_EQ(box.stop(), 0) << box.output();
}

// What was received has a verdict, and what was to be sent was sent or is counted as lost.
class DataplaneEnds : public NeedsLab, public testing::WithParamInterface<int> {};

TEST_P(DataplaneEnds, CleanlyUnderTraffic) {
  PortSite site;
  site.lay_cables();
  PortBox box = site.start(between_cables());
  ASSERT_TRUE(box.is_ready()) << box.output();
  const auto reader = box.open_statistics();
  const SteadyClient traffic{site.client};
  ASSERT_TRUE(box.wait_for(Counter::sent_inside_packets, 100)) << box.output();

  EXPECT_EQ(box.process().stop(GetParam(), patience), 0) << box.output();
  EXPECT_FALSE(box.has_statistics());
  const WorkerStats last = reader.snapshot().total();
  EXPECT_EQ(sum(last.verdicts), counter(last, Counter::received_outside_packets) +
                                    counter(last, Counter::received_inside_packets));
  EXPECT_EQ(verdict(last, Verdict::forward), counter(last, Counter::sent_outside_packets) +
                                                 counter(last, Counter::sent_inside_packets) +
                                                 last.transmit_lost_packets);
}

INSTANTIATE_TEST_SUITE_P(Signals, DataplaneEnds, testing::Values(SIGTERM, SIGINT),
                         [](const auto& signal) {
                           return signal.param == SIGTERM ? "SigTerm" : "SigInt";
                         });

// Many clients, two workers, queues that know nothing of flows: each flow keeps its order, both of
// its directions meet in one worker, and both workers have work.
TEST_F(DataplaneProgram, SpreadsFlowsOverItsWorkers) {
  constexpr std::size_t clients = 32;
  constexpr std::size_t per_client = 20;
  PortSite site;
  site.lay_cables();
  PortBox box = site.start({.outside = "net_af_packet0,iface=outside,qpairs=2",
                            .inside = "net_af_packet1,iface=inside,qpairs=2",
                            .more_flags = {"--workers", "2"}});
  ASSERT_TRUE(box.is_ready()) << box.output();
  EXPECT_THAT(box.output(), HasSubstr("spread=software"));
  PacketSocket outside{site.client, PacketSocket::Sees::arriving, &datagram_filter()};
  PacketSocket inside{site.server, PacketSocket::Sees::arriving, &datagram_filter()};

  for (std::size_t client = 0; client < clients; ++client) {
    const std::string address = "198.51.100." + std::to_string(client + 1);
    const auto requests = datagrams(Side::inside, per_client, address);
    send(outside, requests);
    EXPECT_THAT(receive(inside, per_client), ElementsAreArray(requests)) << address;
    const auto answers = datagrams(Side::outside, per_client, address);
    send(inside, answers);
    EXPECT_THAT(receive(outside, per_client), ElementsAreArray(answers)) << address;
  }
  for (const WorkerStats& worker : box.statistics().workers) {
    EXPECT_GT(counter(worker, Counter::received_outside_packets), 0U);
    EXPECT_EQ(counter(worker, Counter::received_outside_packets),
              counter(worker, Counter::received_inside_packets));
  }
  EXPECT_EQ(box.stop(), 0) << box.output();
}

TEST_F(DataplaneProgram, RefusesASecondInstanceOfOneName) {
  PortSite site;
  const PortBoxSettings settings{.outside = "net_null0", .inside = "net_null1"};
  PortBox first = site.start(settings);
  ASSERT_TRUE(first.is_ready()) << first.output();
  PortBoxSettings again = settings;
  again.log = "second";
  PortBox second = site.start(again);
  EXPECT_FALSE(second.is_ready());
  EXPECT_EQ(second.process().wait(patience), 1);
  EXPECT_THAT(second.output(), HasSubstr("--instance"));
  EXPECT_TRUE(first.has_statistics());
  EXPECT_EQ(first.stop(), 0);
}

/// A command line that cannot work, and what the program has to say about it.
struct Mistake {
  const char* name;
  PortBoxSettings settings;
  int exit_status;
  std::vector<const char*> words;
};

class DataplaneRefuses : public NeedsLab, public testing::WithParamInterface<Mistake> {};

TEST_P(DataplaneRefuses, AndSaysWhy) {
  PortSite site;
  site.lay_cables();
  PortBox box = site.start(GetParam().settings);
  EXPECT_FALSE(box.is_ready());
  EXPECT_EQ(box.process().wait(patience), GetParam().exit_status);
  for (const char* words : GetParam().words) EXPECT_THAT(box.output(), HasSubstr(words));
  EXPECT_FALSE(box.has_statistics());
}

const Mistake mistakes[] = {
    {"InterfaceNameAlone",
     {.outside = "outside", .inside = "net_null0"},
     2,
     {"--outside outside", "write net_af_packet0,iface=outside"}},
    {"NoSuchInterface",
     {.outside = "net_null0", .inside = "net_af_packet0,iface=eth99"},
     2,
     {"--inside net_af_packet0", "no interface 'eth99'", "ip link"}},
    {"NoInterfaceNamed",
     {.outside = "net_af_xdp0", .inside = "net_null0"},
     2,
     {"--outside net_af_xdp0", "net_af_xdp0,iface=eth1"}},
    {"NoSuchDriver",
     {.outside = "net_nothing0", .inside = "net_null0"},
     1,
     {"--outside net_nothing0", "driver's name"}},
    {"NoSuchDevice",
     {.outside = "net_null0", .inside = "7f:00.0"},
     1,
     {"--inside 0000:7f:00.0", "vfio-pci"}},
    {"NoSuchFile",
     {.outside = "net_pcap0,rx_pcap=/nonexistent.pcap", .inside = "net_null0"},
     1,
     {"--outside net_pcap0", "/nonexistent.pcap"}},
    {"OnePortForBothSides",
     {.outside = "net_null0", .inside = "net_null0"},
     2,
     {"--inside net_null0", "the outside port too"}},
    {"TooFewQueues",
     {.outside = "net_af_packet0,iface=outside",
      .inside = "net_null0",
      .more_flags = {"--workers", "2"}},
     2,
     {"--outside net_af_packet0", "1 transmit queue", "qpairs=N", "N = 2"}},
    {"NoWorkers",
     {.outside = "net_null0", .inside = "net_null1", .more_flags = {"--workers", "0"}},
     2,
     {"--workers"}},
    {"WrongPolicy",
     {.outside = "net_null0", .inside = "net_null1", .policy = "[box]\ncolour = \"red\"\n"},
     2,
     {"colour"}},
    {"NoPolicy",
     {.outside = "net_null0", .inside = "net_null1", .policy_path = "/nonexistent.toml"},
     2,
     {"/nonexistent.toml"}},
    {"NoSecret",
     {.outside = "net_null0",
      .inside = "net_null1",
      .more_flags = {"--secret-file", "/nonexistent.key"}},
     2,
     {"--secret-file", "/nonexistent.key"}},
    {"NoSuchEalArgument",
     {.outside = "net_null0", .inside = "net_null1", .more_flags = {"--", "--no-such-thing"}},
     1,
     {"--no-such-thing", "DPDK's environment does not start"}},
};

INSTANTIATE_TEST_SUITE_P(Mistakes, DataplaneRefuses, testing::ValuesIn(mistakes),
                         [](const auto& mistake) { return mistake.param.name; });

}  // namespace
}  // namespace sekimori::lab
