#include "dataplane/replay/report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace sekimori {
namespace {

std::uint64_t sum(std::span<const std::uint64_t> values) {
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

double duration_s(const ReplayTotals& totals) {
  return static_cast<double>(totals.last_unix_ns - totals.first_unix_ns) /
         static_cast<double>(ns_per_s);
}

/// 37841 as "37,841".
std::string grouped(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

/// One line of a table: how many, what share of all, the name, and what it means.
std::string row(std::uint64_t value, std::uint64_t all, const OutcomeText& outcome) {
  std::array<char, 256> line{};
  const double share =
      all == 0 ? 0.0 : 100.0 * static_cast<double>(value) / static_cast<double>(all);
  std::snprintf(line.data(), line.size(), "%13s %6.2f %%  %-24.*s %.*s\n", grouped(value).c_str(),
                share, static_cast<int>(outcome.name.size()), outcome.name.data(),
                static_cast<int>(outcome.text.size()), outcome.text.data());
  return line.data();
}

std::string counter_row(std::uint64_t value, const OutcomeText& outcome) {
  std::array<char, 256> line{};
  std::snprintf(line.data(), line.size(), "%13s           %-24.*s %.*s\n", grouped(value).c_str(),
                static_cast<int>(outcome.name.size()), outcome.name.data(),
                static_cast<int>(outcome.text.size()), outcome.text.data());
  return line.data();
}

std::string drop_rows(const WorkerStats& stats, std::uint64_t all) {
  std::array<std::size_t, drop_reason_count> order{};
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return stats.drops[i]; });
  std::string text;
  for (const std::size_t i : order) {
    if (stats.drops[i] != 0) text += row(stats.drops[i], all, drop_reason_texts[i]);
  }
  return text;
}

std::string object_rows(const std::vector<StatsSnapshot::Object>& objects) {
  std::string text;
  for (const auto& object : objects) {
    const auto& m = object.meters;
    constexpr auto total = TrafficClass::total;
    if (m.of(total).packets == 0 && m.from_inside_packets == 0) continue;
    text += "  " + object.name + ": " + grouped(m.of(total).packets) + " packets from outside, " +
            grouped(m.dropped_packets) + " dropped, " + grouped(m.syn_received) + " SYNs, " +
            grouped(m.syn_ack_sent) + " SYN-ACKs of ours, " + grouped(m.connections_established) +
            " connections; " + grouped(m.from_inside_packets) + " packets from inside\n";
  }
  return text;
}

}  // namespace

std::vector<StatsSnapshot::Object> replay_objects(const PolicyTables& policy,
                                                  const Replay& replay) {
  std::vector<StatsSnapshot::Object> objects;
  const auto records = policy.image().objects();
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    objects.push_back({.name = std::string{policy.image().name(records[i])},
                       .meters = replay.meters()[policy.object_slot(i)]});
  }
  return objects;
}

Json replay_json(const PolicyTables& policy, const Replay& replay) {
  const ReplayTotals& totals = replay.totals();
  Json result{{"policy", policy.image().id()},
              {"packets_in", totals.all_in()},
              {"packets_in_outside", totals.packets_in[0]},
              {"packets_in_inside", totals.packets_in[1]},
              {"packets_cut", totals.packets_cut},
              {"to_outside_packets", totals.packets_out[0]},
              {"to_inside_packets", totals.packets_out[1]},
              {"started", utc_text(totals.first_unix_ns)},
              {"duration_s", duration_s(totals)}};
  result.update(outcomes_json(replay.stats()));
  Json objects = Json::array();
  for (const auto& object : replay_objects(policy, replay)) objects.push_back(object_json(object));
  result["objects"] = std::move(objects);
  return result;
}

std::string replay_text(const PolicyTables& policy, const Replay& replay) {
  const ReplayTotals& totals = replay.totals();
  const WorkerStats& stats = replay.stats();
  const std::uint64_t all = totals.all_in();
  std::array<char, 64> duration{};
  std::snprintf(duration.data(), duration.size(), "%.3f s", duration_s(totals));

  std::string text = "policy " + policy.image().id() + ", " + utc_text(totals.first_unix_ns) +
                     ", " + duration.data() + "\n\n" + "in:  " + grouped(totals.packets_in[0]) +
                     " packets from outside, " + grouped(totals.packets_in[1]) +
                     " from inside\nout: " + grouped(totals.packets_out[0]) +
                     " packets to outside, " + grouped(totals.packets_out[1]) +
                     " to inside\n\nWhat became of them\n";
  for (std::size_t i = 0; i < verdict_count; ++i) {
    text += row(stats.verdicts[i], all, verdict_texts[i]);
  }
  if (const std::string drops = drop_rows(stats, all); !drops.empty()) {
    text += "\nWhy packets were dropped\n" + drops;
  }
  text += "\nCounted\n";
  for (std::size_t i = 0; i < counter_count; ++i) {
    if (stats.counters[i] != 0) text += counter_row(stats.counters[i], counter_texts[i]);
  }
  if (const std::string rows = object_rows(replay_objects(policy, replay)); !rows.empty()) {
    text += "\nProtected objects\n" + rows;
  }
  return text;
}

std::string replay_imbalance(const Replay& replay) {
  const WorkerStats& stats = replay.stats();
  const auto counter = [&](Counter c) { return stats.counters[static_cast<std::size_t>(c)]; };
  const auto differ = [](std::string_view what, std::uint64_t a, std::uint64_t b) {
    return std::string{what} + ": " + std::to_string(a) + " against " + std::to_string(b);
  };
  const std::uint64_t all = replay.totals().all_in();
  const std::uint64_t received =
      counter(Counter::received_outside_packets) + counter(Counter::received_inside_packets);
  const std::uint64_t dropped = stats.verdicts[static_cast<std::size_t>(Verdict::drop)];
  if (received != all) return differ("packets received and packets read", received, all);
  if (sum(stats.verdicts) != all) {
    return differ("verdicts and packets read", sum(stats.verdicts), all);
  }
  if (sum(stats.drops) != dropped)
    return differ("drop reasons and drops", sum(stats.drops), dropped);
  return {};
}

}  // namespace sekimori
