#include "control/diagnose/evidence.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "common/clock.hpp"
#include "common/outcomes.hpp"
#include "control/model/rate_text.hpp"

namespace sekimori {
namespace {

constexpr std::size_t max_shares = 10;
constexpr std::size_t max_packets = 10;

using Samples = std::span<const KeptSample* const>;
using Weights = std::map<std::string, double>;

/// The largest parts, largest first.
std::vector<Share> largest(const Weights& weights, double whole) {
  std::vector<Share> shares;
  for (const auto& [what, weight] : weights) {
    shares.push_back({.what = what, .share = weight / whole});
  }
  std::ranges::stable_sort(shares, std::ranges::greater{}, &Share::share);
  if (shares.size() > max_shares) shares.resize(max_shares);
  return shares;
}

std::string port_text(const PacketView& packet) {
  if (!packet.has_ports) return class_text(packet);
  return std::to_string(packet.destination_port) + (packet.is_tcp ? "/TCP" : "/UDP");
}

std::string shape_text(const KeptSample& kept) {
  return class_text(kept.packet) + ", " + std::to_string(kept.sample.wire_bytes) + " bytes, TTL " +
         std::to_string(kept.packet.hop_limit);
}

std::string fate_text(const PacketSample& sample) {
  const auto verdict = static_cast<std::size_t>(sample.verdict);
  const auto reason = static_cast<std::size_t>(sample.reason);
  if (verdict >= verdict_texts.size()) return "not known";
  std::string text{verdict_texts[verdict].name};
  if (sample.verdict == Verdict::drop && reason < drop_reason_texts.size()) {
    text += ' ';
    text += drop_reason_texts[reason].name;
  }
  return text;
}

std::vector<Share> source_shares(Samples samples, double whole,
                                 const std::function<bool(const Address&)>& proved) {
  std::map<Address, double> weights;
  for (const KeptSample* kept : samples) {
    if (kept->packet.is_ip) weights[kept->packet.source] += kept->sample.weight;
  }
  // A source that was seen once among hundreds says nothing about any source.
  constexpr double least_share = 0.01;
  Weights named;
  for (const auto& [source, weight] : weights) {
    if (weight / whole < least_share) continue;
    std::string text = source.to_string();
    if (proved(source)) text += " (proved)";
    named[text] = weight;
  }
  std::vector<Share> shares = largest(named, whole);
  double shown = 0;
  for (const Share& share : shares) shown += share.share;
  const std::size_t rest = weights.size() - shares.size();
  if (rest > 0) {
    std::string text = count_text(static_cast<double>(rest));
    text += shares.empty() ? " sources in " : " other sources in ";
    text += count_text(static_cast<double>(samples.size())) + " samples";
    shares.push_back({.what = std::move(text), .share = std::max(0.0, 1 - shown)});
  }
  return shares;
}

std::vector<SampledPacket> sampled_packets(Samples samples) {
  std::vector<SampledPacket> packets;
  // Spread over all, so that they show the mixture and not only its first moment.
  const std::size_t count = std::min(samples.size(), max_packets);
  for (std::size_t i = 0; i < count; ++i) {
    const KeptSample& kept = *samples[i * samples.size() / count];
    packets.push_back({.at_ms = kept.sample.unix_ns / ns_per_ms,
                       .summary = summary_text(kept.packet, kept.sample.wire_bytes),
                       .fate = fate_text(kept.sample),
                       .hex = hex_text(kept.sample.captured())});
  }
  return packets;
}

}  // namespace

void show_samples(Samples samples, const std::function<bool(const Address&)>& proved,
                  Incident& incident) {
  if (samples.empty()) return;
  double whole = 0;
  Weights ports;
  Weights shapes;
  for (const KeptSample* kept : samples) {
    whole += kept->sample.weight;
    ports[port_text(kept->packet)] += kept->sample.weight;
    shapes[shape_text(*kept)] += kept->sample.weight;
  }
  incident.sources = source_shares(samples, whole, proved);
  incident.ports = largest(ports, whole);
  incident.shapes = largest(shapes, whole);
  incident.samples = sampled_packets(samples);
}

}  // namespace sekimori
