#include "control/cli/reading.hpp"

#include <array>
#include <cstdio>

#include "common/stats_json.hpp"

namespace sekimori {
namespace {

/// Heartbeats come every second and every turn of a worker.
constexpr double longest_pause_s = 5;

/// A process may be alive and still do nothing, as when it is stopped or stuck.
std::string_view state(const Reading& reading) {
  const StatsSnapshot& s = reading.snapshot;
  const std::uint64_t worker_heartbeat_ns = s.total().heartbeat_ns;
  if (!reading.writer_alive) return "DEAD";
  if (worker_heartbeat_ns == 0) return "starting";
  const bool main_rests = age_s(reading.at.unix_ns, s.heartbeat_unix_ns) > longest_pause_s;
  const bool worker_rests = age_s(reading.at.monotonic_ns, worker_heartbeat_ns) > longest_pause_s;
  return main_rests || worker_rests ? "NOT RESPONDING" : "running";
}

/// What control has put in force, and whether it is there.
std::string management_line(const Reading& reading) {
  const StatsSnapshot& s = reading.snapshot;
  if (s.management_heartbeat_unix_ns == 0) return "control has not called\n";
  std::array<char, 32> age{};
  std::snprintf(age.data(), age.size(), "%.1f",
                age_s(reading.at.unix_ns, s.management_heartbeat_unix_ns));
  return std::string{"control called "} + age.data() + " s ago, " +
         std::to_string(s.measures_in_force) +
         (s.measures_in_force == 1 ? " measure" : " measures") + " in force, revision " +
         std::to_string(s.measures_revision) + "\n";
}

/// By which policy the card answers, if we have given it one.
std::string card_policy_text(const StatsSnapshot& s) {
  if (s.card_policy_id == 0) return {};
  if (s.card_policy_id == s.policy_id) return ", answers by the policy in force";
  return ", still answers by policy " + policy_id_text(s.card_policy_id);
}

/// Whether the card in front of the outside port works, if there is one.
std::string card_line(const StatsSnapshot& s) {
  switch (s.card_state) {
    case CardState::none:
      return {};
    case CardState::silent:
      return "card: nothing has come through it yet\n";
    case CardState::working:
      return "card: working" + card_policy_text(s) + "\n";
    case CardState::bypassed:
      return "card: FAILED OR BYPASSED, software does its work\n";
  }
  return {};
}

}  // namespace

tl::expected<Reading, std::string> take_reading(const std::string& instance) {
  const auto reader = StatsReader::open(instance);
  if (!reader) return tl::unexpected{reader.error()};
  return Reading{
      .snapshot = reader->snapshot(), .writer_alive = reader->writer_alive(), .at = read_clock()};
}

std::string headline(const std::string& instance, const Reading& reading) {
  const StatsSnapshot& s = reading.snapshot;
  std::array<char, 32> age{};
  std::snprintf(age.data(), age.size(), "%.1f", age_s(reading.at.unix_ns, s.heartbeat_unix_ns));
  return "instance " + instance + ": " + std::string{state(reading)} + ", pid " +
         std::to_string(s.process_id) + ", heartbeat " + age.data() + " s ago, started " +
         utc_text(s.started_unix_ns) + "\npolicy " + policy_id_text(s.policy_id) + ", generation " +
         std::to_string(s.policy_generation) + ", " + std::to_string(s.workers.size()) +
         (s.workers.size() == 1 ? " worker" : " workers") + ", " +
         std::to_string(s.objects.size()) + (s.objects.size() == 1 ? " object" : " objects") +
         "\n" + card_line(s) + management_line(reading);
}

std::string scaled(double value) {
  constexpr std::array<const char*, 5> suffixes{"", "k", "M", "G", "T"};
  std::size_t step = 0;
  // 999.5 would be written as 1000.
  while (value >= 999.5 && step + 1 < suffixes.size()) {
    value /= 1000;
    ++step;
  }
  const int decimals = step == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f%s", decimals, value, suffixes[step]);
  return text.data();
}

std::string right_aligned(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

std::string left_aligned(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace sekimori
