#include "bench/system/rows.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <regex>
#include <stdexcept>
#include <utility>

#include "bench/report/report.hpp"
#include "bench/system/captures.hpp"

namespace sekimori::bench {

namespace {

constexpr const char* reference_name = "testpmd io";

/// RFC 2544, section 9.1, of Ethernet.
constexpr std::array wire_sizes{64, 128, 256, 512, 1024, 1280, 1518};

struct Percentile {
  const char* name;
  double share;
};
constexpr std::array percentiles{Percentile{"p50", 0.5}, Percentile{"p90", 0.9},
                                 Percentile{"p99", 0.99}, Percentile{"p999", 0.999},
                                 Percentile{"max", 1}};

/// One stream of frames with the rows that are measured with it.
struct Stream {
  TestFrames frames;
  std::string throughput_row;
  std::string suffix = {};  ///< of the other rows' names; empty if there are none
  bool latency = false;
  bool overload = false;  ///< back-to-back burst and recovery too
};

std::vector<Stream> all_streams() {
  std::vector<Stream> streams;
  for (const int size : wire_sizes) {
    const std::string suffix = std::to_string(size);
    streams.push_back({.frames = TestFrames::datagrams(static_cast<std::size_t>(size)),
                       .throughput_row = "throughput_" + suffix,
                       .suffix = suffix,
                       .latency = size == wire_sizes.front() || size == wire_sizes.back(),
                       .overload = size == wire_sizes.front()});
  }
  streams.push_back({.frames = TestFrames::syns(false),
                     .throughput_row = "synack_64",
                     .suffix = "synack_64",
                     .latency = true,
                     .overload = true});
  streams.push_back({.frames = TestFrames::syns(true), .throughput_row = "synack_78"});
  return streams;
}

std::string latency_row(const Percentile& percentile, const Stream& stream) {
  return std::string{"latency_"} + percentile.name + "_" + stream.suffix;
}
std::string burst_row(const Stream& stream) {
  return "back_to_back_" + stream.suffix;
}
std::string recovery_row(const Stream& stream) {
  return "recovery_" + stream.suffix;
}

std::vector<std::string> names_of(const Stream& stream) {
  std::vector<std::string> names{stream.throughput_row};
  if (stream.latency) {
    for (const Percentile& percentile : percentiles) {
      names.push_back(latency_row(percentile, stream));
    }
  }
  if (stream.overload) {
    names.push_back(burst_row(stream));
    names.push_back(recovery_row(stream));
  }
  return names;
}

/// One value for each repetition.
struct Samples {
  std::vector<double> ns;
  std::vector<double> reference_ns;
  std::map<std::string, std::vector<double>> fields;
  /// In how many repetitions the generator was the limit; empty where there is no such question.
  std::map<std::string, std::size_t> generator_limited;

  void note_limits(bool ours, bool theirs) {
    generator_limited["limited_by"] += ours ? 1 : 0;
    generator_limited["reference_limited_by"] += theirs ? 1 : 0;
  }
};

class Rows {
 public:
  Rows(const Comparison& comparison, const RowSettings& settings)
      : comparison_(comparison), settings_(settings), wanted_(settings.rows) {}

  [[nodiscard]] bool wants(const std::string& name) const {
    return std::regex_search(name, wanted_);
  }
  void measure(const Stream& stream);
  [[nodiscard]] Row row(const std::string& name) const;

 private:
  void add_throughput(const std::string& name, const Throughput& ours, const Throughput& theirs);
  void add_latencies(const Stream& stream, double pps);
  void add_bursts(const Stream& stream);
  void add_recovery(const Stream& stream, const Throughput& ours, const Throughput& theirs);
  [[nodiscard]] bool wants_latency(const Stream& stream) const {
    return stream.latency && std::ranges::any_of(percentiles, [&](const Percentile& percentile) {
             return wants(latency_row(percentile, stream));
           });
  }

  Comparison comparison_;
  RowSettings settings_;
  std::regex wanted_;
  std::map<std::string, Samples> samples_;
};

void need_throughput(const Throughput& throughput, const char* device) {
  if (throughput.pps > 0) return;
  throw std::runtime_error{std::string{device} +
                           " lost frames at every rate; the machine is too busy to measure"};
}

/// Device after device for each stream, so that a machine that changes its speed changes it for
/// both.
void Rows::measure(const Stream& stream) {
  comparison_.generator.load_frames(stream.frames);
  const Throughput ours = comparison_.sekimori.throughput();
  const Throughput theirs = comparison_.reference.throughput();
  need_throughput(ours, "sekimori-dataplane");
  need_throughput(theirs, reference_name);
  add_throughput(stream.throughput_row, ours, theirs);
  if (wants_latency(stream)) add_latencies(stream, ours.pps * settings_.latency_load);
  if (stream.overload && wants(burst_row(stream))) add_bursts(stream);
  if (stream.overload && wants(recovery_row(stream))) add_recovery(stream, ours, theirs);
}

void Rows::add_throughput(const std::string& name, const Throughput& ours,
                          const Throughput& theirs) {
  Samples& samples = samples_[name];
  samples.ns.push_back(1e9 / ours.pps);
  samples.reference_ns.push_back(1e9 / theirs.pps);
  samples.fields["pps"].push_back(ours.pps);
  samples.fields["reference_pps"].push_back(theirs.pps);
  samples.fields["mpps"].push_back(ours.pps / 1e6);
  samples.fields["trials"].push_back(ours.trials);
  samples.note_limits(ours.generator_limited, theirs.generator_limited);
}

double at_share(const std::vector<std::uint32_t>& sorted, double share) {
  const auto index =
      static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(index, 1) - 1];
}

void Rows::add_latencies(const Stream& stream, double pps) {
  const auto ours = comparison_.sekimori.latencies(pps);
  const auto theirs = comparison_.reference.latencies(pps);
  for (const Percentile& percentile : percentiles) {
    const std::string name = latency_row(percentile, stream);
    if (!wants(name)) continue;
    Samples& samples = samples_[name];
    samples.ns.push_back(at_share(ours, percentile.share));
    samples.reference_ns.push_back(at_share(theirs, percentile.share));
    samples.fields["latency_us"].push_back(samples.ns.back() / 1e3);
    samples.fields["reference_latency_us"].push_back(samples.reference_ns.back() / 1e3);
    samples.fields["load_pps"].push_back(pps);
  }
}

void Rows::add_bursts(const Stream& stream) {
  const Bench::Burst ours = comparison_.sekimori.longest_burst();
  const Bench::Burst theirs = comparison_.reference.longest_burst();
  Samples& samples = samples_[burst_row(stream)];
  samples.ns.push_back(1e9 / ours.pps);
  samples.reference_ns.push_back(1e9 / theirs.pps);
  samples.fields["frames"].push_back(static_cast<double>(ours.frames));
  samples.fields["reference_frames"].push_back(static_cast<double>(theirs.frames));
  samples.note_limits(ours.generator_limited, theirs.generator_limited);
}

void Rows::add_recovery(const Stream& stream, const Throughput& ours, const Throughput& theirs) {
  const auto recover = [this](Bench& bench, const Throughput& throughput) {
    return bench.recovery(throughput.pps * settings_.overload);
  };
  const Bench::Recovery our_recovery = recover(comparison_.sekimori, ours);
  const Bench::Recovery their_recovery = recover(comparison_.reference, theirs);
  // Nothing shorter than the time between two frames can be seen.
  const auto shown_ns = [](const Bench::Recovery& recovery) {
    return std::max(recovery.seconds * 1e9, 2e9 / recovery.overload_pps);
  };
  Samples& samples = samples_[recovery_row(stream)];
  samples.ns.push_back(shown_ns(our_recovery));
  samples.reference_ns.push_back(shown_ns(their_recovery));
  samples.fields["recovery_us"].push_back(shown_ns(our_recovery) / 1e3);
  samples.fields["reference_recovery_us"].push_back(shown_ns(their_recovery) / 1e3);
  samples.fields["overload_pps"].push_back(our_recovery.overload_pps);
  samples.fields["overload_lost"].push_back(static_cast<double>(our_recovery.lost));
  samples.fields["reference_overload_pps"].push_back(their_recovery.overload_pps);
  samples.fields["reference_overload_lost"].push_back(static_cast<double>(their_recovery.lost));
}

Row Rows::row(const std::string& name) const {
  const Samples& samples = samples_.at(name);
  Row row{.name = name,
          .value = spread(samples.ns),
          .reference = reference_name,
          .reference_value = spread(samples.reference_ns)};
  for (const auto& [key, values] : samples.fields) {
    row.fields[key] = std::round(median(values) * 1000) / 1000;
  }
  for (const auto& [key, repetitions] : samples.generator_limited) {
    row.fields[key] = 2 * repetitions > samples.ns.size() ? "generator" : "device";
  }
  return row;
}

}  // namespace

std::vector<std::string> all_row_names() {
  std::vector<std::string> names;
  for (const Stream& stream : all_streams()) {
    std::ranges::move(names_of(stream), std::back_inserter(names));
  }
  return names;
}

void write_captures(const std::string& folder) {
  // As many sources, so that the limit of answers to one address is not reached at 100 Gbit/s.
  constexpr std::size_t frames = 1U << 17;
  std::filesystem::create_directories(folder);
  for (const Stream& stream : all_streams()) {
    write_capture(stream.frames, frames, folder + "/" + stream.throughput_row + ".pcap");
  }
}

std::vector<Row> measure_rows(const Comparison& comparison, const RowSettings& settings) {
  Rows rows{comparison, settings};
  const std::vector<Stream> streams = all_streams();
  std::vector<std::string> wanted;
  std::ranges::copy_if(all_row_names(), std::back_inserter(wanted),
                       [&](const std::string& name) { return rows.wants(name); });
  if (wanted.empty()) throw std::invalid_argument{"--rows '" + settings.rows + "' names no row"};
  for (unsigned repetition = 0; repetition < settings.repetitions; ++repetition) {
    for (const Stream& stream : streams) {
      const auto names = names_of(stream);
      if (std::ranges::none_of(names, [&](const auto& name) { return rows.wants(name); })) continue;
      settings.progress("repetition " + std::to_string(repetition + 1) + " of " +
                        std::to_string(settings.repetitions) + ": " + stream.throughput_row);
      rows.measure(stream);
    }
  }
  std::vector<Row> result;
  for (const std::string& name : wanted) result.push_back(rows.row(name));
  return result;
}

}  // namespace sekimori::bench
