#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <utility>

#include "control/cli/stats_view.hpp"
#include "control/cli/terminal.hpp"
#include "control/cli/top_view.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A dataplane of one worker and two objects, `seconds` after its start, at steady rates.
Reading reading_after(std::uint64_t seconds) {
  WorkerStats worker;
  worker.heartbeat_ns = (100 + seconds) * ns_per_s;
  worker.count(Counter::received_outside_packets, 12'345 * seconds);
  worker.count(Counter::received_outside_bytes, 1'000'000 * seconds);
  worker.gauge(Counter::flows, 17);
  add(worker.verdicts[static_cast<std::size_t>(Verdict::drop)], 300 * seconds);
  add(worker.drops[static_cast<std::size_t>(DropReason::land)], 100 * seconds);
  add(worker.drops[static_cast<std::size_t>(DropReason::source_blocked)], 200 * seconds);
  ObjectMeters calm;
  calm.of(TrafficClass::total).packets = 5 * seconds;
  ObjectMeters busy;
  busy.of(TrafficClass::total).packets = 12'340 * seconds;
  busy.syn_received = 2'000 * seconds;
  constexpr std::uint64_t start_ns = 1'700'000'000 * ns_per_s;
  return {
      .snapshot = {.process_id = 4711,
                   .started_unix_ns = start_ns,
                   .heartbeat_unix_ns = start_ns + seconds * ns_per_s,
                   .policy_generation = 2,
                   .policy_id = 0xabcdef,
                   .workers = {worker},
                   .objects = {{.name = "calm", .meters = calm}, {.name = "busy", .meters = busy}}},
      .writer_alive = true,
      .at = {.monotonic_ns = (100 + seconds) * ns_per_s,
             .unix_ns = start_ns + (seconds * 10 + 3) * ns_per_s / 10}};
}

TEST(StatsView, ShowsTotalsThatAreNotZero) {
  const std::string view = stats_view("default", reading_after(10));
  EXPECT_THAT(view, HasSubstr("instance default: running, pid 4711, heartbeat 0.3 s ago, started "
                              "2023-11-14T22:13:20Z\n"
                              "policy 0000000000abcdef, generation 2, 1 worker, 2 objects\n"
                              "control has not called\n"));
  EXPECT_THAT(view, HasSubstr("  1000  land                      source and destination address "
                              "are the same\n"));
  EXPECT_THAT(view, HasSubstr("123450  received_outside_packets"));
  EXPECT_THAT(view, Not(HasSubstr("tcp_checksum")));
  EXPECT_LT(view.find("busy"), view.find("calm"));
}

TEST(StatsView, ShowsWhatControlHasPutInForce) {
  Reading reading = reading_after(10);
  reading.snapshot.management_heartbeat_unix_ns = reading.at.unix_ns - 1'500 * ns_per_ms;
  reading.snapshot.measures_in_force = 1;
  reading.snapshot.measures_revision = 44;
  EXPECT_THAT(stats_view("default", reading),
              HasSubstr("\ncontrol called 1.5 s ago, 1 measure in force, revision 44\n"));
}

TEST(StatsView, SaysWhetherTheCardWorks) {
  Reading reading = reading_after(10);
  EXPECT_THAT(stats_view("default", reading), Not(HasSubstr("\ncard: ")));
  for (const auto& [state, text] :
       {std::pair{CardState::silent, "\ncard: nothing has come through it yet\n"},
        std::pair{CardState::working, "\ncard: working\n"},
        std::pair{CardState::bypassed, "\ncard: FAILED OR BYPASSED, software does its work\n"}}) {
    reading.snapshot.card_state = state;
    EXPECT_THAT(stats_view("default", reading), HasSubstr(text));
  }
  reading.snapshot.card_state = CardState::working;
  reading.snapshot.policy_id = reading.snapshot.card_policy_id = 7;
  EXPECT_THAT(stats_view("default", reading),
              HasSubstr("\ncard: working, answers by the policy in force\n"));
  reading.snapshot.policy_id = 8;
  EXPECT_THAT(stats_view("default", reading),
              HasSubstr("\ncard: working, still answers by policy 0000000000000007\n"));
}

TEST(StatsView, SaysWhenTheDataplaneIsDead) {
  Reading reading = reading_after(1);
  reading.writer_alive = false;
  EXPECT_THAT(stats_view("default", reading), HasSubstr("instance default: DEAD, pid 4711"));
}

TEST(StatsView, SaysWhenTheDataplaneDoesNotRespond) {
  Reading main_stuck = reading_after(1);
  main_stuck.at.unix_ns += 6 * ns_per_s;
  EXPECT_THAT(stats_view("default", main_stuck), HasSubstr("default: NOT RESPONDING, pid 4711"));
  Reading worker_stuck = reading_after(1);
  worker_stuck.at.monotonic_ns += 6 * ns_per_s;
  EXPECT_THAT(stats_view("default", worker_stuck), HasSubstr("default: NOT RESPONDING, pid 4711"));
}

TEST(StatsView, SaysThatWorkersHaveNotStarted) {
  Reading starting = reading_after(1);
  starting.snapshot.workers[0].heartbeat_ns = 0;
  EXPECT_THAT(stats_view("default", starting), HasSubstr("default: starting, pid 4711"));
}

TEST(TopView, ShowsRates) {
  const std::string view = top_view("default", reading_after(10), reading_after(12));
  EXPECT_THAT(view, HasSubstr("connections 17, handshakes with servers 0"));
  EXPECT_THAT(view, HasSubstr("  outside in                  12.3k      8.00M\n"));
  EXPECT_THAT(view, HasSubstr("  drop                          300\n"));
  EXPECT_LT(view.find("source_blocked                200"), view.find("land"));
  EXPECT_LT(view.find("  busy                        12.3k"), view.find("  calm"));
}

TEST(TopView, ShowsNoRatesAcrossARestart) {
  Reading restarted = reading_after(1);
  restarted.snapshot.process_id = 4712;
  const std::string view = top_view("default", reading_after(10), restarted);
  EXPECT_THAT(view, HasSubstr("  outside in                      0          0\n"));
  EXPECT_THAT(view, Not(HasSubstr("land")));
}

TEST(TopView, ShowsObjectsThatAreNew) {
  Reading before = reading_after(10);
  before.snapshot.objects.pop_back();
  EXPECT_THAT(top_view("default", before, reading_after(11)), HasSubstr("  busy"));
}

TEST(Scaled, KeepsThreeDigits) {
  struct Case {
    double value;
    std::string_view text;
  };
  constexpr std::array cases{Case{0, "0"},         Case{7.4, "7"},         Case{999.4, "999"},
                             Case{999.6, "1.00k"}, Case{1'234, "1.23k"},   Case{12'345, "12.3k"},
                             Case{99'960, "100k"}, Case{999'600, "1.00M"}, Case{1.5e9, "1.50G"},
                             Case{2e15, "2000T"}};
  for (const Case& c : cases) EXPECT_EQ(scaled(c.value), c.text);
}

TEST(Screen, CutsAViewToItsSize) {
  EXPECT_EQ(fit_to_screen("abcdef\ngh\nij\n", 4, 2), "\x1b[Habcd\x1b[K\ngh\x1b[K\x1b[J");
  EXPECT_EQ(fit_to_screen("a\n", 80, 24), "\x1b[Ha\x1b[K\x1b[J");
}

}  // namespace
}  // namespace sekimori
