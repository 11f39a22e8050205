// The control plane beside the dataplane, on real traffic: each step of the ladder in a scenario of
// its own, with a neighbour whose clients must notice nothing.

#include <signal.h>

#include <algorithm>
#include <thread>

#include "tests/demo/flood.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/udp_flood.hpp"
#include "tests/system/keeper_site.hpp"
#include "tests/system/need_lab.hpp"

namespace sekimori::lab {
namespace {

using std::chrono::seconds;
using Json = nlohmann::ordered_json;

class Keeper : public NeedsLab {};

/// The action of that step, and that it says why it was taken.
Json action_of(const Json& incident, const std::string& step) {
  for (const Json& action : incident["actions"]) {
    if (action["step"] != step) continue;
    EXPECT_NE(action["reason"], "") << action;
    EXPECT_NE(action["evidence"], "") << action;
    EXPECT_NE(action["expected"], "") << action;
    return action;
  }
  ADD_FAILURE() << "no step " << step << " in " << incident.dump(2);
  return {};
}

void expect_untouched(const demo::HttpLoadResult& neighbour) {
  EXPECT_GT(neighbour.tried, 0U);
  EXPECT_EQ(neighbour.tried - neighbour.succeeded, 0U)
      << "of " << neighbour.tried << " requests to the neighbour";
}

demo::FloodOptions syn_flood(seconds duration) {
  return {.target = KeeperSite::victim, .rate_pps = 3'000, .duration = duration};
}

TEST_F(Keeper, AuthenticatesWhileAFloodIsForged) {
  KeeperSite site{"  [object.threshold]\n  syn = 200\n"};
  Json incident;
  expect_untouched(site.requests_while(KeeperSite::neighbour, [&] {
    demo::Flood flood{site.lab(), syn_flood(seconds{14})};
    incident = site.wait_for("authenticate", "in-force", seconds{5});
    EXPECT_TRUE(wait_until(seconds{3}, [&] {
      return site.incident()["diagnosis"]["kind"] == "syn_flood_spoofed";
    })) << site.incident().dump(2);
    EXPECT_TRUE(site.answers(KeeperSite::victim)) << "real clients pass the authentication";
    EXPECT_TRUE(wait_until(seconds{15}, [&] {
      incident = site.incident();
      return !incident["unaffected"].empty();
    })) << incident.dump(2);
    EXPECT_EQ(incident["unaffected"][0]["object"], "neighbour-web");
    flood.wait_for_end();
  }));
  incident = site.wait_for_end(seconds{20});
  EXPECT_NE(action_of(incident, "authenticate")["real"], "");
  EXPECT_EQ(site.measures_in_force(), 0U);
  EXPECT_GT(incident["mitigated_ms"], incident["first_abnormal_ms"]);
}

TEST_F(Keeper, BlocksSourcesThatAreRealAndTooMany) {
  KeeperSite site{"syn = \"proxy\"\n  [object.threshold]\n  new_connections = 60\n"};
  // One client opens far more connections than all others; it is real, so cookies do not stop it.
  const demo::HttpLoadOptions attack{.servers = {{KeeperSite::victim, 80}},
                                     .clients = {{Lab::client_ipv4, 0}},
                                     .requests_per_s = 300,
                                     .duration = seconds{6}};
  Json incident;
  expect_untouched(site.requests_while(KeeperSite::neighbour, [&] {
    std::jthread attacker{[&] {
      static_cast<void>(
          demo::offer_http_load(site.lab().client(), attack, [](const auto&) { return true; }));
    }};
    incident = site.wait_for("block-sources", "in-force", seconds{10});
    EXPECT_TRUE(wait_until(seconds{3},
                           [&] { return site.dataplane().drops(DropReason::source_blocked) > 0; }));
    const Json victim = site.control().ask({"objects", "victim-web"});
    EXPECT_NE(victim["measures"].dump().find(std::string(Lab::client_ipv4) + "/32"),
              std::string::npos)
        << victim["measures"];
  }));
  action_of(incident, "block-sources");
  incident = site.wait_for_end(seconds{90});
  EXPECT_EQ(site.measures_in_force(), 0U);
  EXPECT_TRUE(site.answers(KeeperSite::victim)) << "the source is let in again";
}

TEST_F(Keeper, RaisesTheThresholdWithinCapacity) {
  KeeperSite site{
      "  [object.capacity]\n  packets = \"10k\"\n  [object.threshold]\n  udp = 500\n"
      "  [object.limit.udp]\n  packets = 700\n"};
  Json incident;
  expect_untouched(site.requests_while(KeeperSite::neighbour, [&] {
    const UdpFlood flood{site.lab(), KeeperSite::victim, 2'000, seconds{8}};
    incident = site.wait_for("raise-threshold", "in-force", seconds{8});
    EXPECT_TRUE(site.answers(KeeperSite::victim));
  }));
  action_of(incident, "raise-threshold");
  site.wait_for_end(seconds{30});
  EXPECT_EQ(site.measures_in_force(), 0U);
}

TEST_F(Keeper, GivesUpOneDestinationOnlyWhenItMay) {
  KeeperSite site{
      "  [object.capacity]\n  packets = \"1k\"\n  [object.threshold]\n  udp = 500\n"
      "  [object.ladder]\n  give_up = \"ask\"\n"};
  Json incident;
  expect_untouched(site.requests_while(KeeperSite::neighbour, [&] {
    UdpFlood flood{site.lab(), KeeperSite::victim, 3'000, seconds{40}};
    incident = site.wait_for("give-up", "waiting", seconds{10});
    EXPECT_TRUE(site.answers(KeeperSite::victim)) << "nothing is done before somebody approves";
    const auto id = action_of(incident, "give-up")["id"].get<std::uint64_t>();
    site.control().sekictl({"action", "approve", std::to_string(id), "--comment", "agreed"});
    site.wait_for("give-up", "in-force", seconds{5});
    EXPECT_TRUE(wait_until(
        seconds{5}, [&] { return site.dataplane().drops(DropReason::destination_given_up) > 0; }));
    EXPECT_FALSE(site.answers(KeeperSite::victim));
    flood.stop();
    // The time is over, the probe finds nothing, and the destination is back.
    incident = site.wait_for_end(seconds{45});
  }));
  EXPECT_EQ(action_of(incident, "give-up")["state"], "ended");
  EXPECT_EQ(site.measures_in_force(), 0U);
  EXPECT_TRUE(site.answers(KeeperSite::victim));
}

TEST_F(Keeper, MayDieAndComeBackUnderAttack) {
  KeeperSite site{"  [object.threshold]\n  syn = 200\n"};
  expect_untouched(site.requests_while(KeeperSite::neighbour, [&] {
    demo::Flood flood{site.lab(), syn_flood(seconds{12})};
    const Json incident = site.wait_for("authenticate", "in-force", seconds{5});
    site.control().end(SIGKILL);
    EXPECT_TRUE(site.answers(KeeperSite::victim)) << "the dataplane needs no control";
    const std::uint64_t answered = site.dataplane().counter(Counter::syn_ack_sent);
    EXPECT_TRUE(site.dataplane().wait_for(Counter::syn_ack_sent, answered + 1'000, seconds{5}));
    site.control().begin();
    // The same incident goes on; it is not found anew.
    EXPECT_EQ(site.incident()["id"], incident["id"]);
    EXPECT_EQ(site.measures_in_force(), 1U);
    // Nor does a control that hangs hold anything up.
    site.control().process().signal(SIGSTOP);
    EXPECT_TRUE(site.answers(KeeperSite::victim));
    site.control().process().signal(SIGCONT);
    flood.wait_for_end();
  }));
  const Json ended = site.wait_for_end(seconds{30});
  EXPECT_EQ(std::ranges::count(ended["actions"], "authenticate",
                               [](const Json& action) { return action["step"]; }),
            1)
      << ended["actions"].dump(2);
  EXPECT_EQ(site.measures_in_force(), 0U);
}

}  // namespace
}  // namespace sekimori::lab
