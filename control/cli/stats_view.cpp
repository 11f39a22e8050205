#include "control/cli/stats_view.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace sekimori {
namespace {

constexpr std::size_t number_width = 14;
constexpr std::size_t name_width = 26;

/// "  12345  name  text" for each value that is not 0.
std::string lines(std::span<const OutcomeText> texts, std::span<const std::uint64_t> values) {
  std::string result;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (values[i] == 0) continue;
    result.append(right_aligned(std::to_string(values[i]), number_width))
        .append("  ")
        .append(left_aligned(std::string{texts[i].name}, name_width))
        .append(texts[i].text)
        .append("\n");
  }
  return result.empty() ? right_aligned("none", number_width) + "\n" : result;
}

std::string object_lines(std::span<const StatsSnapshot::Object> objects) {
  constexpr auto total = TrafficClass::total;
  std::vector<const StatsSnapshot::Object*> busiest;
  for (const auto& object : objects) busiest.push_back(&object);
  std::ranges::stable_sort(busiest, std::ranges::greater{},
                           [](const auto* o) { return o->meters.of(total).packets; });

  std::string result = left_aligned("  object", name_width);
  for (const char* title : {"packets", "dropped", "SYN", "SYN-ACK", "cookies", "connections"}) {
    result.append(right_aligned(title, number_width));
  }
  result.append("\n");
  for (const auto* object : busiest) {
    const ObjectMeters& m = object->meters;
    result.append(left_aligned("  " + object->name, name_width));
    for (const std::uint64_t value : {m.of(total).packets, m.dropped_packets, m.syn_received,
                                      m.syn_ack_sent, m.cookie_valid, m.connections_established}) {
      result.append(right_aligned(std::to_string(value), number_width));
    }
    result.append("\n");
  }
  return result;
}

}  // namespace

std::string stats_view(const std::string& instance, const Reading& reading) {
  const WorkerStats total = reading.snapshot.total();
  std::string result = headline(instance, reading);
  result.append("\nverdicts\n").append(lines(verdict_texts, total.verdicts));
  result.append("\ndrops\n").append(lines(drop_reason_texts, total.drops));
  result.append("\ncounters\n").append(lines(counter_texts, total.counters));
  if (total.transmit_lost_packets != 0) {
    result.append(right_aligned(std::to_string(total.transmit_lost_packets), number_width))
        .append("  ")
        .append(left_aligned("transmit_lost", name_width))
        .append("packets that a port refused to send\n");
  }
  result.append("\nobjects\n").append(object_lines(reading.snapshot.objects));
  return result;
}

}  // namespace sekimori
