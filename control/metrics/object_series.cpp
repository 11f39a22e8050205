#include "control/metrics/object_series.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sekimori {
namespace {

struct Column {
  const char* name;
  const char* help;
  std::uint64_t ObjectMeters::*member;
};

constexpr std::array<Column, ObjectSeries::single_columns> columns{{
    {"object_passed_packets_total", "Packets from outside that were sent on to the object.",
     &ObjectMeters::passed_packets},
    {"object_passed_bytes_total", "Bytes from outside that were sent on to the object.",
     &ObjectMeters::passed_bytes},
    {"object_dropped_packets_total", "Packets from outside for the object that were dropped.",
     &ObjectMeters::dropped_packets},
    {"object_dropped_bytes_total", "Bytes from outside for the object that were dropped.",
     &ObjectMeters::dropped_bytes},
    {"object_from_inside_packets_total", "Packets that came from the object.",
     &ObjectMeters::from_inside_packets},
    {"object_from_inside_bytes_total", "Bytes that came from the object.",
     &ObjectMeters::from_inside_bytes},
    {"object_syn_received_total", "SYNs from outside for the object, before any verdict.",
     &ObjectMeters::syn_received},
    {"object_syn_ack_sent_total", "SYN-ACKs with a cookie that were sent for the object.",
     &ObjectMeters::syn_ack_sent},
    {"object_cookie_valid_total", "Segments for the object that proved their source by a cookie.",
     &ObjectMeters::cookie_valid},
    {"object_connections_established_total",
     "Connections whose handshake with the object's server "
     "was completed.",
     &ObjectMeters::connections_established},
    {"object_new_sources_total", "Sources that proved themselves to the object anew.",
     &ObjectMeters::new_sources},
    {"object_rst_received_total", "RSTs from outside for the object, before any verdict.",
     &ObjectMeters::rst_received},
    {"object_fin_received_total", "FINs from outside for the object, before any verdict.",
     &ObjectMeters::fin_received},
    {"object_dns_queries_total", "UDP packets from outside to port 53 of the object.",
     &ObjectMeters::dns_queries},
}};

/// Behind the single columns, for each class its packets and its bytes.
constexpr std::size_t class_column(std::size_t traffic_class, bool bytes) {
  return ObjectSeries::single_columns + traffic_class * ObjectSeries::class_columns +
         (bytes ? 1 : 0);
}

constexpr std::size_t total_packets =
    class_column(static_cast<std::size_t>(TrafficClass::total), false);

}  // namespace

ObjectSeries::Values ObjectSeries::values_of(const ObjectMeters& meters) {
  Values values{};
  for (std::size_t i = 0; i < single_columns; ++i) values[i] = meters.*sekimori::columns[i].member;
  for (std::size_t i = 0; i < traffic_class_count; ++i) {
    values[class_column(i, false)] = meters.received[i].packets;
    values[class_column(i, true)] = meters.received[i].bytes;
  }
  return values;
}

std::vector<bool> ObjectSeries::choose(const StatsSnapshot& snapshot, const Names& abnormal,
                                       const std::vector<Values>& values) const {
  // Abnormal objects come first. Whoever has series keeps them until another is twice as busy, so
  // that they do not come and go with every scrape.
  std::vector<std::pair<bool, std::uint64_t>> weight(values.size());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t packets = values[i][total_packets] - previous_[i][total_packets];
    weight[i] = {abnormal.contains(snapshot.objects[i].name), shown_[i] ? packets * 2 : packets};
    if (snapshot.objects[i].name != other_objects) order.push_back(i);
  }
  const std::size_t count = std::min(max_objects_, order.size());
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::partial_sort(order, middle, [&](std::size_t a, std::size_t b) {
    return weight[a] != weight[b] ? weight[a] > weight[b] : a < b;
  });
  std::vector<bool> shown(values.size());
  for (auto chosen = order.begin(); chosen != middle; ++chosen) shown[*chosen] = true;
  return shown;
}

void ObjectSeries::add(const StatsSnapshot& snapshot, const std::vector<std::string>& abnormal,
                       Families& families) {
  const std::size_t object_count = snapshot.objects.size();
  if (snapshot.process_id != process_id_ || snapshot.started_unix_ns != started_unix_ns_ ||
      object_count < previous_.size()) {
    // Another dataplane counts from 0 again.
    process_id_ = snapshot.process_id;
    started_unix_ns_ = snapshot.started_unix_ns;
    previous_.clear();
    shown_.clear();
  }
  previous_.resize(object_count);
  shown_.resize(object_count);
  std::vector<Values> values;
  values.reserve(object_count);
  for (const StatsSnapshot::Object& object : snapshot.objects) {
    values.push_back(values_of(object.meters));
  }
  const Names abnormal_names{abnormal.begin(), abnormal.end()};
  shown_ = choose(snapshot, abnormal_names, values);
  for (std::size_t i = 0; i < object_count; ++i) {
    if (shown_[i]) continue;
    for (std::size_t c = 0; c < columns; ++c) other_[c] += values[i][c] - previous_[i][c];
  }

  const auto add_series = [&](MetricFamily& family, std::size_t column, const Labels& more) {
    const auto add_one = [&](const std::string& name, std::uint64_t value) {
      if (more.size() == 0) {
        family.add(value, {{"object", name}});
      } else {
        family.add(value, {{"object", name}, *more.begin()});
      }
    };
    for (std::size_t i = 0; i < object_count; ++i) {
      if (shown_[i]) add_one(snapshot.objects[i].name, values[i][column]);
    }
    add_one(other_objects, other_[column]);
  };
  for (std::size_t i = 0; i < single_columns; ++i) {
    MetricFamily family =
        MetricFamily::counter(sekimori::columns[i].name, sekimori::columns[i].help);
    add_series(family, i, {});
    families.push_back(family.get());
  }
  for (const bool bytes : {false, true}) {
    MetricFamily family =
        bytes ? MetricFamily::counter(
                    "object_received_bytes_total",
                    "Bytes from outside for the object by class, before any verdict.")
              : MetricFamily::counter(
                    "object_received_packets_total",
                    "Packets from outside for the object by class, before any verdict.");
    for (std::size_t i = 0; i < traffic_class_count; ++i) {
      add_series(family, class_column(i, bytes), {{"class", std::string{traffic_class_names[i]}}});
    }
    families.push_back(family.get());
  }
  MetricFamily state =
      MetricFamily::gauge("object_abnormal", "Whether the object is above a threshold now.");
  for (std::size_t i = 0; i < object_count; ++i) {
    if (!shown_[i]) continue;
    const std::string& name = snapshot.objects[i].name;
    state.add(abnormal_names.contains(name) ? 1.0 : 0.0, {{"object", name}});
  }
  families.push_back(state.get());
  previous_ = std::move(values);
}

}  // namespace sekimori
