#include "control/cli/top_view.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "common/stats_json.hpp"

namespace sekimori {
namespace {

constexpr std::size_t number_width = 11;
constexpr std::size_t name_width = 24;
constexpr std::size_t max_objects_shown = 20;

/// Turns two readings of a counter into a rate.
class Interval {
 public:
  explicit Interval(double seconds) : seconds_(seconds) {}

  [[nodiscard]] double rate(std::uint64_t before, std::uint64_t after) const {
    if (seconds_ <= 0 || after <= before) return 0;
    return static_cast<double>(after - before) / seconds_;
  }
  [[nodiscard]] std::string text(std::uint64_t before, std::uint64_t after) const {
    return right_aligned(scaled(rate(before, after)), number_width);
  }
  [[nodiscard]] std::string bits_text(std::uint64_t before, std::uint64_t after) const {
    return right_aligned(scaled(8 * rate(before, after)), number_width);
  }

 private:
  double seconds_;
};

bool same_process(const StatsSnapshot& a, const StatsSnapshot& b) {
  return a.process_id == b.process_id && a.started_unix_ns == b.started_unix_ns;
}

std::string port_lines(const WorkerStats& before, const WorkerStats& after,
                       const Interval& interval) {
  struct Line {
    const char* title;
    Counter packets;
    Counter bytes;
  };
  constexpr std::array lines{
      Line{"outside in", Counter::received_outside_packets, Counter::received_outside_bytes},
      Line{"outside out", Counter::sent_outside_packets, Counter::sent_outside_bytes},
      Line{"inside in", Counter::received_inside_packets, Counter::received_inside_bytes},
      Line{"inside out", Counter::sent_inside_packets, Counter::sent_inside_bytes}};
  std::string result = left_aligned("port", name_width) + right_aligned("packets/s", number_width) +
                       right_aligned("bits/s", number_width) + "\n";
  for (const Line& line : lines) {
    const auto packets = static_cast<std::size_t>(line.packets);
    const auto bytes = static_cast<std::size_t>(line.bytes);
    result.append(left_aligned(std::string{"  "}.append(line.title), name_width))
        .append(interval.text(before.counters[packets], after.counters[packets]))
        .append(interval.bits_text(before.counters[bytes], after.counters[bytes]))
        .append("\n");
  }
  return result;
}

std::string verdict_lines(const WorkerStats& before, const WorkerStats& after,
                          const Interval& interval) {
  std::string result =
      left_aligned("verdict", name_width) + right_aligned("packets/s", number_width) + "\n";
  for (std::size_t i = 0; i < verdict_count; ++i) {
    result.append(left_aligned("  " + std::string{verdict_texts[i].name}, name_width))
        .append(interval.text(before.verdicts[i], after.verdicts[i]))
        .append("\n");
  }
  return result;
}

/// The reasons for which packets were dropped in the interval, the most frequent first.
std::string drop_lines(const WorkerStats& before, const WorkerStats& after,
                       const Interval& interval) {
  std::vector<std::size_t> reasons;
  for (std::size_t i = 0; i < drop_reason_count; ++i) {
    if (after.drops[i] > before.drops[i]) reasons.push_back(i);
  }
  std::ranges::stable_sort(reasons, std::ranges::greater{},
                           [&](std::size_t i) { return after.drops[i] - before.drops[i]; });
  std::string result =
      left_aligned("drop", name_width) + right_aligned("packets/s", number_width) + "\n";
  for (const std::size_t i : reasons) {
    result.append(left_aligned("  " + std::string{drop_reason_texts[i].name}, name_width))
        .append(interval.text(before.drops[i], after.drops[i]))
        .append("  ")
        .append(drop_reason_texts[i].text)
        .append("\n");
  }
  return reasons.empty() ? result.append("  none\n") : result;
}

std::string table_line(const WorkerStats& now) {
  const auto gauge = [&](Counter c) {
    return std::to_string(now.counters[static_cast<std::size_t>(c)]);
  };
  return "connections " + gauge(Counter::flows) + ", handshakes with servers " +
         gauge(Counter::handshakes) + ", authenticated sources " + gauge(Counter::sources) + "\n";
}

std::string object_lines(std::span<const StatsSnapshot::Object> before,
                         std::span<const StatsSnapshot::Object> after, const Interval& interval) {
  constexpr auto total = TrafficClass::total;
  static const ObjectMeters none;
  // A slot keeps its name for the life of the process, so the index is enough.
  const auto earlier = [&](std::size_t slot) -> const ObjectMeters& {
    return slot < before.size() ? before[slot].meters : none;
  };
  std::vector<std::size_t> busiest(after.size());
  for (std::size_t slot = 0; slot < busiest.size(); ++slot) busiest[slot] = slot;
  const std::size_t shown = std::min(busiest.size(), max_objects_shown);
  std::ranges::stable_sort(busiest, std::ranges::greater{}, [&](std::size_t slot) {
    return interval.rate(earlier(slot).of(total).packets, after[slot].meters.of(total).packets);
  });

  std::string result = left_aligned("object", name_width);
  for (const char* title : {"packets/s", "bits/s", "dropped/s", "SYN/s", "SYN-ACK/s", "opened/s"}) {
    result.append(right_aligned(title, number_width));
  }
  result.append("\n");
  for (const std::size_t slot : std::span{busiest}.first(shown)) {
    const ObjectMeters& a = earlier(slot);
    const ObjectMeters& b = after[slot].meters;
    result.append(left_aligned("  " + after[slot].name, name_width))
        .append(interval.text(a.of(total).packets, b.of(total).packets))
        .append(interval.bits_text(a.of(total).bytes, b.of(total).bytes))
        .append(interval.text(a.dropped_packets, b.dropped_packets))
        .append(interval.text(a.syn_received, b.syn_received))
        .append(interval.text(a.syn_ack_sent, b.syn_ack_sent))
        .append(interval.text(a.connections_established, b.connections_established))
        .append("\n");
  }
  return result;
}

}  // namespace

std::string top_view(const std::string& instance, const Reading& before, const Reading& after) {
  const Reading& since = same_process(before.snapshot, after.snapshot) ? before : after;
  const Interval interval{age_s(after.at.monotonic_ns, since.at.monotonic_ns)};
  const WorkerStats a = since.snapshot.total();
  const WorkerStats b = after.snapshot.total();
  return headline(instance, after) + table_line(b) + "\n" + port_lines(a, b, interval) + "\n" +
         verdict_lines(a, b, interval) + "\n" + drop_lines(a, b, interval) + "\n" +
         object_lines(since.snapshot.objects, after.snapshot.objects, interval);
}

}  // namespace sekimori
