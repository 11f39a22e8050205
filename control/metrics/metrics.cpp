#include "control/metrics/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string_view>

#include "common/outcomes.hpp"
#include "control/metrics/families.hpp"
#include "control/metrics/object_series.hpp"

namespace sekimori {
namespace {

constexpr std::string_view gauge_mark = "gauge: ";

double seconds(std::uint64_t ms) {
  return static_cast<double>(ms) / 1'000;
}

/// How long ago a time was; 0 for one that lies ahead, as clocks differ.
double age_seconds(std::uint64_t now_ms, std::uint64_t unix_ns) {
  const std::uint64_t then_ms = unix_ns / 1'000'000;
  return now_ms <= then_ms ? 0 : seconds(now_ms - then_ms);
}

/// A text of the list of outcomes as a sentence.
std::string sentence(std::string_view text) {
  std::string result{text};
  if (result.front() >= 'a' && result.front() <= 'z') {
    result.front() = static_cast<char>(result.front() - 'a' + 'A');
  }
  return result + '.';
}

void add(Families& families, const MetricFamily& family) {
  families.push_back(family.get());
}

void add_control(const MetricsInput& input, Families& families) {
  add(families, MetricFamily::gauge("control_info", "The version of sekimori-control; always 1.")
                    .add(1.0, {{"version", input.version}}));
  add(families, MetricFamily::gauge("control_start_time_seconds",
                                    "When sekimori-control was started, in Unix time.")
                    .add(seconds(input.started_ms)));
  add(families,
      MetricFamily::gauge("policy_info", "The policy that control wants in force; always 1.")
          .add(1.0, {{"version", std::to_string(input.policy_version)}, {"id", input.policy_id}}));
  add(families,
      MetricFamily::gauge("policy_objects", "Objects of the policy.").add(input.policy_objects));
  add(families,
      MetricFamily::gauge("policy_tenants", "Tenants of the policy.").add(input.policy_tenants));
  add(families, MetricFamily::gauge("objects_abnormal", "Objects that are above a threshold now.")
                    .add(std::uint64_t{input.abnormal_objects.size()}));
  add(families, MetricFamily::summary("detection_pass_seconds",
                                      "Time that passes of the detection over all objects took.")
                    .add_summary(input.detection_seconds_sum, input.detection_passes));
  add(families, MetricFamily::gauge("detection_pass_last_seconds",
                                    "Time that the last pass of the detection took.")
                    .add(input.detection_seconds_last));
}

void add_incidents(const MetricsInput& input, Families& families) {
  MetricFamily opened = MetricFamily::counter(
      "incidents_total", "Incidents since the start of control, by the kind first recorded.");
  MetricFamily open =
      MetricFamily::gauge("incidents_open", "Incidents that are open now, by their kind.");
  for (const MetricsInput::IncidentCount& count : input.incidents) {
    const std::string kind{incident_kind_texts[static_cast<std::size_t>(count.kind)].name};
    opened.add(count.opened, {{"kind", kind}});
    open.add(count.open, {{"kind", kind}});
  }
  add(families, opened);
  add(families, open);
  MetricFamily entered = MetricFamily::counter(
      "actions_total", "Steps of the ladder that came into a state since the start of control.");
  MetricFamily current =
      MetricFamily::gauge("actions", "Steps of open incidents by their state now.");
  for (const MetricsInput::ActionCount& count : input.actions) {
    const std::string step{step_names[static_cast<std::size_t>(count.step)]};
    const std::string state{action_state_names[static_cast<std::size_t>(count.state)]};
    entered.add(count.entered, {{"step", step}, {"state", state}});
    current.add(count.current, {{"step", step}, {"state", state}});
  }
  add(families, entered);
  add(families, current);
}

void add_notices(const MetricsInput& input, Families& families) {
  MetricFamily attempts = MetricFamily::counter(
      "notices_total", "Notices that were delivered or given up, and attempts to be made again.");
  MetricFamily pending = MetricFamily::gauge("notices_pending", "Notices on their way.");
  for (std::size_t i = 0; i < channel_count; ++i) {
    const NoticeCounts& counts = input.notices[i];
    const std::string channel{channel_names[i]};
    attempts.add(counts.delivered, {{"channel", channel}, {"result", "delivered"}});
    attempts.add(counts.failed, {{"channel", channel}, {"result", "failed"}});
    attempts.add(counts.retried, {{"channel", channel}, {"result", "retried"}});
    pending.add(counts.pending, {{"channel", channel}});
  }
  add(families, attempts);
  add(families, pending);
  add(families, MetricFamily::counter("notices_refused_total",
                                      "Notices for which there was no room among the pending ones.")
                    .add(input.notices_refused));
  add(families, MetricFamily::counter("notices_duplicate_total",
                                      "Notices not sent, as they had been told before.")
                    .add(input.notices_duplicate));
}

void add_dataplane(const MetricsInput& input, const StatsSnapshot& snapshot, Families& families) {
  add(families,
      MetricFamily::gauge("dataplane_heartbeat_age_seconds",
                          "Time since the dataplane's main thread last showed that it lives.")
          .add(age_seconds(input.now_ms, snapshot.heartbeat_unix_ns)));
  add(families, MetricFamily::gauge("dataplane_start_time_seconds",
                                    "When the dataplane was started, in Unix time.")
                    .add(seconds(snapshot.started_unix_ns / 1'000'000)));
  std::ostringstream policy_id;
  policy_id << std::hex << std::setw(16) << std::setfill('0') << snapshot.policy_id;
  add(families, MetricFamily::gauge("dataplane_policy_info",
                                    "The policy in force in the dataplane; always 1.")
                    .add(1.0, {{"id", policy_id.str()}}));
  add(families,
      MetricFamily::gauge("dataplane_policy_generation",
                          "How many policies the dataplane has put in force since its start.")
          .add(snapshot.policy_generation));
  add(families,
      MetricFamily::gauge("dataplane_workers", "Threads of the dataplane that handle packets.")
          .add(std::uint64_t{snapshot.workers.size()}));
  add(families, MetricFamily::gauge("dataplane_objects", "Objects that the dataplane meters.")
                    .add(std::uint64_t{snapshot.objects.size()}));
  add(families, MetricFamily::gauge("dataplane_link_up", "Whether the port's link is up.")
                    .add(snapshot.outside_link_up ? 1.0 : 0.0, {{"port", "outside"}})
                    .add(snapshot.inside_link_up ? 1.0 : 0.0, {{"port", "inside"}}));
  MetricFamily card = MetricFamily::gauge(
      "dataplane_card_working",
      "Whether frames come with the metadata of the card in front of the outside port.");
  if (snapshot.card_state != CardState::none) {
    card.add(snapshot.card_state == CardState::working ? 1.0 : 0.0);
  }
  add(families, card);
  add(families, MetricFamily::gauge("dataplane_measures", "Measures of control that are in force.")
                    .add(input.measures_in_force));
  add(families, MetricFamily::counter(
                    "dataplane_own_cookie_keys_total",
                    "Cookie keys that the dataplane derived itself, as control had given none.")
                    .add(snapshot.cookie_keys_own));
}

void add_packets(const WorkerStats& total, Families& families) {
  MetricFamily verdicts =
      MetricFamily::counter("dataplane_packets_total", "Packets by what was decided about them.");
  for (std::size_t i = 0; i < verdict_count; ++i) {
    verdicts.add(total.verdicts[i], {{"verdict", std::string{verdict_texts[i].name}}});
  }
  add(families, verdicts);
  MetricFamily drops =
      MetricFamily::counter("dataplane_dropped_packets_total",
                            "Dropped packets by reason; docs/PACKET_PATH.md describes each.");
  for (std::size_t i = 0; i < drop_reason_count; ++i) {
    drops.add(total.drops[i], {{"reason", std::string{drop_reason_texts[i].name}}});
  }
  add(families, drops);
  add(families, MetricFamily::counter("dataplane_transmit_lost_packets_total",
                                      "Packets to be sent that the port refused.")
                    .add(total.transmit_lost_packets));
  for (std::size_t i = 0; i < counter_count; ++i) {
    const std::string name = "dataplane_" + std::string{counter_texts[i].name};
    std::string_view text = counter_texts[i].text;
    if (text.starts_with(gauge_mark)) {
      text.remove_prefix(gauge_mark.size());
      add(families, MetricFamily::gauge(name, sentence(text)).add(total.counters[i]));
    } else {
      add(families, MetricFamily::counter(name + "_total", sentence(text)).add(total.counters[i]));
    }
  }
}

}  // namespace

Metrics::Metrics(std::size_t max_objects) : objects_(std::make_unique<ObjectSeries>(max_objects)) {}

Metrics::~Metrics() = default;

std::string Metrics::text(const MetricsInput& input) {
  Families families;
  add_control(input, families);
  add_incidents(input, families);
  add_notices(input, families);
  add(families, MetricFamily::gauge("dataplane_up", "Whether the dataplane lives and answers.")
                    .add(input.dataplane_up ? 1.0 : 0.0));
  if (input.dataplane) {
    add_dataplane(input, *input.dataplane, families);
    add_packets(input.dataplane->total(), families);
    const std::scoped_lock lock{mutex_};
    objects_->add(*input.dataplane, input.abnormal_objects, families);
  }
  // A metric without series would be a bare HELP.
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace sekimori
