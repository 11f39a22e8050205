#include "common/stats_json.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <span>

namespace sekimori {
namespace {

Json named(std::span<const OutcomeText> texts, std::span<const std::uint64_t> values) {
  Json result = Json::object();
  for (std::size_t i = 0; i < texts.size(); ++i) result[std::string{texts[i].name}] = values[i];
  return result;
}

Json by_class(const ObjectMeters& meters, std::uint64_t ObjectMeters::Traffic::*value) {
  Json result = Json::object();
  for (std::size_t i = 0; i < traffic_class_count; ++i) {
    result[std::string{traffic_class_names[i]}] = meters.received[i].*value;
  }
  return result;
}

std::string_view link_text(bool up) {
  return up ? "up" : "down";
}

Json management_json(const StatsSnapshot& snapshot, const SnapshotContext& context) {
  Json age = nullptr;
  if (snapshot.management_heartbeat_unix_ns != 0) {
    age = age_s(context.read_at.unix_ns, snapshot.management_heartbeat_unix_ns);
  }
  return {{"heartbeat_age_s", std::move(age)},
          {"measures_revision", snapshot.measures_revision},
          {"measures_in_force", snapshot.measures_in_force},
          {"cookie_keys_own", snapshot.cookie_keys_own}};
}

std::uint64_t received_packets(const WorkerStats& stats) {
  return stats.counters[static_cast<std::size_t>(Counter::received_outside_packets)] +
         stats.counters[static_cast<std::size_t>(Counter::received_inside_packets)];
}

}  // namespace

Json outcomes_json(const WorkerStats& stats) {
  return {{"packets",
           {{"received", received_packets(stats)}, {"transmit_lost", stats.transmit_lost_packets}}},
          {"verdicts", named(verdict_texts, stats.verdicts)},
          {"drops", named(drop_reason_texts, stats.drops)},
          {"counters", named(counter_texts, stats.counters)}};
}

Json object_json(const StatsSnapshot::Object& object) {
  const ObjectMeters& m = object.meters;
  return {{"name", object.name},
          {"packets", by_class(m, &ObjectMeters::Traffic::packets)},
          {"bytes", by_class(m, &ObjectMeters::Traffic::bytes)},
          {"dropped_packets", m.dropped_packets},
          {"dropped_bytes", m.dropped_bytes},
          {"syn_received", m.syn_received},
          {"syn_ack_sent", m.syn_ack_sent},
          {"cookie_valid", m.cookie_valid},
          {"connections_established", m.connections_established},
          {"new_sources", m.new_sources},
          {"rst_received", m.rst_received},
          {"fin_received", m.fin_received},
          {"dns_queries", m.dns_queries},
          {"passed_packets", m.passed_packets},
          {"passed_bytes", m.passed_bytes},
          {"from_inside_packets", m.from_inside_packets},
          {"from_inside_bytes", m.from_inside_bytes}};
}

Json snapshot_json(const StatsSnapshot& snapshot, const SnapshotContext& context) {
  Json result{
      {"instance", context.instance},
      {"pid", snapshot.process_id},
      {"alive", context.writer_alive},
      {"started", utc_text(snapshot.started_unix_ns)},
      {"heartbeat_age_s", age_s(context.read_at.unix_ns, snapshot.heartbeat_unix_ns)},
      {"policy",
       {{"generation", snapshot.policy_generation}, {"id", policy_id_text(snapshot.policy_id)}}},
      {"links",
       {{"outside", link_text(snapshot.outside_link_up)},
        {"inside", link_text(snapshot.inside_link_up)}}},
      {"card", card_state_names[static_cast<std::size_t>(snapshot.card_state)]},
      {"card_policy",
       snapshot.card_policy_id == 0 ? Json{} : Json(policy_id_text(snapshot.card_policy_id))},
      {"management", management_json(snapshot, context)}};
  result.update(outcomes_json(snapshot.total()));

  Json workers = Json::array();
  for (std::size_t i = 0; i < snapshot.workers.size(); ++i) {
    const WorkerStats& worker = snapshot.workers[i];
    Json entry{{"worker", i},
               {"heartbeat_age_s", age_s(context.read_at.monotonic_ns, worker.heartbeat_ns)}};
    entry.update(outcomes_json(worker));
    workers.push_back(std::move(entry));
  }
  result["workers"] = std::move(workers);

  Json objects = Json::array();
  for (const auto& object : snapshot.objects) objects.push_back(object_json(object));
  result["objects"] = std::move(objects);
  return result;
}

std::string policy_id_text(std::uint64_t policy_id) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016" PRIx64, policy_id);
  return text.data();
}

std::string utc_text(std::uint64_t unix_ns) {
  const auto seconds = static_cast<std::time_t>(unix_ns / ns_per_s);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

double age_s(std::uint64_t now_ns, std::uint64_t then_ns) {
  return now_ns > then_ns ? static_cast<double>(now_ns - then_ns) / static_cast<double>(ns_per_s)
                          : 0.0;
}

}  // namespace sekimori
