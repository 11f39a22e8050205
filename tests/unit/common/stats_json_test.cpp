#include "common/stats_json.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace sekimori {
namespace {

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> result;
  for (const auto& [key, value] : json.items()) result.push_back(key);
  return result;
}

/// Every value differs from the others, so that none can stand in another's place.
WorkerStats numbered() {
  WorkerStats stats;
  std::uint64_t next = 1;
  stats.transmit_lost_packets = next++;
  for (auto& value : stats.verdicts) value = next++;
  for (auto& value : stats.drops) value = next++;
  for (auto& value : stats.counters) value = next++;
  return stats;
}

TEST(StatsJson, NamesEveryOutcomeInItsOrder) {
  const WorkerStats stats = numbered();
  const Json json = outcomes_json(stats);
  EXPECT_EQ(keys(json), (std::vector<std::string>{"packets", "verdicts", "drops", "counters"}));
  const auto expect_named = [](const Json& part, const auto& texts, const auto& values) {
    ASSERT_EQ(part.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(keys(part)[i], texts[i].name);
      EXPECT_EQ(part[std::string{texts[i].name}], values[i]) << texts[i].name;
    }
  };
  expect_named(json["verdicts"], verdict_texts, stats.verdicts);
  expect_named(json["drops"], drop_reason_texts, stats.drops);
  expect_named(json["counters"], counter_texts, stats.counters);
  EXPECT_EQ(json["packets"]["received"],
            stats.counters[static_cast<std::size_t>(Counter::received_outside_packets)] +
                stats.counters[static_cast<std::size_t>(Counter::received_inside_packets)]);
  EXPECT_EQ(json["packets"]["transmit_lost"], 1);
}

TEST(StatsJson, ShapesASnapshot) {
  StatsSnapshot snapshot{.process_id = 4711,
                         .started_unix_ns = 1'700'000'000 * ns_per_s,
                         .heartbeat_unix_ns = 1'700'000'010 * ns_per_s,
                         .policy_generation = 3,
                         .policy_id = 0x0123456789abcdef,
                         .outside_link_up = true,
                         .card_state = CardState::bypassed,
                         .card_policy_id = 0xfedcba9876543210,
                         .measures_revision = 8,
                         .measures_in_force = 2,
                         .management_heartbeat_unix_ns = 1'700'000'010'250 * ns_per_ms,
                         .cookie_keys_own = 1,
                         .workers = {numbered(), numbered()},
                         .objects = {{.name = "web", .meters = {}}}};
  snapshot.workers[1].heartbeat_ns = 5 * ns_per_s;
  snapshot.objects[0].meters.received[1].packets = 17;
  snapshot.objects[0].meters.syn_received = 18;
  const Json json = snapshot_json(
      snapshot,
      {.instance = "default",
       .writer_alive = true,
       .read_at = {.monotonic_ns = 7 * ns_per_s, .unix_ns = 1'700'000'010'500 * ns_per_ms}});
  EXPECT_EQ(keys(json), (std::vector<std::string>{
                            "instance", "pid", "alive", "started", "heartbeat_age_s", "policy",
                            "links", "card", "card_policy", "management", "packets", "verdicts",
                            "drops", "counters", "workers", "objects"}));
  EXPECT_EQ(json["card_policy"], "fedcba9876543210");
  EXPECT_EQ(json["instance"], "default");
  EXPECT_EQ(json["pid"], 4711);
  EXPECT_EQ(json["alive"], true);
  EXPECT_EQ(json["started"], "2023-11-14T22:13:20Z");
  EXPECT_EQ(json["heartbeat_age_s"], 0.5);
  EXPECT_EQ(json["policy"]["generation"], 3);
  EXPECT_EQ(json["policy"]["id"], "0123456789abcdef");
  EXPECT_EQ(json["links"], (Json{{"outside", "up"}, {"inside", "down"}}));
  EXPECT_EQ(json["card"], "bypassed");
  EXPECT_EQ(json["management"], (Json{{"heartbeat_age_s", 0.25},
                                      {"measures_revision", 8},
                                      {"measures_in_force", 2},
                                      {"cookie_keys_own", 1}}));
  EXPECT_EQ(json["packets"]["transmit_lost"], 2);
  ASSERT_EQ(json["workers"].size(), 2U);
  EXPECT_EQ(json["workers"][1]["worker"], 1);
  EXPECT_EQ(json["workers"][1]["heartbeat_age_s"], 2.0);
  EXPECT_EQ(json["workers"][1]["packets"]["transmit_lost"], 1);
  ASSERT_EQ(json["objects"].size(), 1U);
  EXPECT_EQ(json["objects"][0]["name"], "web");
  EXPECT_EQ(json["objects"][0]["packets"]["tcp"], 17);
  EXPECT_EQ(json["objects"][0]["syn_received"], 18);
}

TEST(StatsJson, SaysThatControlHasNeverCalled) {
  const Json json = snapshot_json({}, {.instance = "default", .writer_alive = true, .read_at = {}});
  EXPECT_TRUE(json["management"]["heartbeat_age_s"].is_null());
}

TEST(StatsJson, NamesEveryMeterOfAnObject) {
  StatsSnapshot::Object object{.name = "web", .meters = {}};
  ObjectMeters& m = object.meters;
  std::uint64_t next = 1;
  for (std::uint64_t* const value :
       {&m.dropped_packets, &m.dropped_bytes, &m.syn_received, &m.syn_ack_sent, &m.cookie_valid,
        &m.connections_established, &m.new_sources, &m.rst_received, &m.fin_received,
        &m.dns_queries, &m.passed_packets, &m.passed_bytes, &m.from_inside_packets,
        &m.from_inside_bytes}) {
    *value = next++;
  }
  const Json json = object_json(object);
  next = 1;
  for (const char* const name :
       {"dropped_packets", "dropped_bytes", "syn_received", "syn_ack_sent", "cookie_valid",
        "connections_established", "new_sources", "rst_received", "fin_received", "dns_queries",
        "passed_packets", "passed_bytes", "from_inside_packets", "from_inside_bytes"}) {
    EXPECT_EQ(json[name], next++) << name;
  }
}

TEST(StatsJson, TakesAClockThatWasSetBackForNoTime) {
  EXPECT_EQ(age_s(5, 6), 0.0);
  EXPECT_EQ(age_s(3 * ns_per_s, ns_per_s), 2.0);
}

}  // namespace
}  // namespace sekimori
