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
                            "packets", "verdicts", "drops", "counters", "workers", "objects"}));
  EXPECT_EQ(json["instance"], "default");
  EXPECT_EQ(json["pid"], 4711);
  EXPECT_EQ(json["alive"], true);
  EXPECT_EQ(json["started"], "2023-11-14T22:13:20Z");
  EXPECT_EQ(json["heartbeat_age_s"], 0.5);
  EXPECT_EQ(json["policy"]["generation"], 3);
  EXPECT_EQ(json["policy"]["id"], "0123456789abcdef");
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

TEST(StatsJson, TakesAClockThatWasSetBackForNoTime) {
  EXPECT_EQ(age_s(5, 6), 0.0);
  EXPECT_EQ(age_s(3 * ns_per_s, ns_per_s), 2.0);
}

}  // namespace
}  // namespace sekimori
