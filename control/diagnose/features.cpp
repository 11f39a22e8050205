#include "control/diagnose/features.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace sekimori {
namespace {

struct Amplifier {
  std::uint16_t port;
  std::string_view name;
};

// Rossow, "Amplification Hell: Revisiting Network Protocols for DDoS Abuse", NDSS 2014, and CISA
// alert TA14-017A with its later additions.
constexpr std::array amplifiers{
    Amplifier{17, "QOTD"},           Amplifier{19, "chargen"},     Amplifier{53, "DNS"},
    Amplifier{69, "TFTP"},           Amplifier{111, "portmap"},    Amplifier{123, "NTP"},
    Amplifier{137, "NetBIOS"},       Amplifier{161, "SNMP"},       Amplifier{389, "CLDAP"},
    Amplifier{427, "SLP"},           Amplifier{500, "ISAKMP"},     Amplifier{520, "RIP"},
    Amplifier{1900, "SSDP"},         Amplifier{3283, "ARMS"},      Amplifier{3478, "STUN"},
    Amplifier{3702, "WS-Discovery"}, Amplifier{4500, "ISAKMP"},    Amplifier{5353, "mDNS"},
    Amplifier{5683, "CoAP"},         Amplifier{10001, "Ubiquiti"}, Amplifier{11211, "memcached"},
};

class Excess {
 public:
  explicit Excess(const FeatureSources& sources) : sources_(sources) {}

  /// What is more than usual of a count; all of it while nothing usual is known.
  [[nodiscard]] double of(Count c) const {
    const double usual = sources_.usual_known ? static_cast<double>(sources_.usual[c]) : 0;
    return std::max(0.0, static_cast<double>(sources_.rates[c]) - usual);
  }

 private:
  const FeatureSources& sources_;
};

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : not_known;
}

void read_counters(const FeatureSources& sources, Features& features) {
  const Excess more{sources};
  const double segments = std::max(0.0, more.of(Count::tcp) - more.of(Count::syn));
  // The classes add up to all packets, and what has become fewer must not hide what is more.
  const double all = more.of(Count::syn) + segments + more.of(Count::udp) + more.of(Count::icmp) +
                     more.of(Count::fragments) + more.of(Count::other);
  features.syn = ratio(more.of(Count::syn), all);
  features.segments = ratio(segments, all);
  features.rst = ratio(more.of(Count::rst), all);
  features.fin = ratio(more.of(Count::fin), all);
  features.udp = ratio(more.of(Count::udp) + more.of(Count::fragments), all);
  features.dns = ratio(more.of(Count::dns_queries), all);
  features.icmp = ratio(more.of(Count::icmp), all);
  features.fragments = ratio(more.of(Count::fragments), all);
  features.completed =
      ratio(more.of(Count::cookie_valid) + sources.blocked_connections, more.of(Count::syn));
  features.answered = ratio(more.of(Count::inside_packets), all);
  const auto rate = [](const RateRow& row, Count c) { return static_cast<double>(row[c]); };
  features.proved =
      ratio(sources.proved_packets + sources.blocked_packets, rate(sources.rates, Count::packets));
  if (!sources.usual_known) return;
  features.offered_of_usual =
      ratio(rate(sources.rates, Count::packets), rate(sources.usual, Count::packets));
  features.inside_of_usual =
      ratio(rate(sources.rates, Count::inside_packets), rate(sources.usual, Count::inside_packets));
}

double distinct_sources(std::span<const KeptSample* const> samples) {
  std::vector<Address> of_syns;
  std::vector<Address> of_all;
  for (const KeptSample* kept : samples) {
    if (!kept->packet.is_ip) continue;
    of_all.push_back(kept->packet.source);
    if (kept->packet.kind == PacketClass::syn) of_syns.push_back(kept->packet.source);
  }
  // A few SYNs among other packets say nothing.
  std::vector<Address>& looked_at = of_syns.size() * 4 >= of_all.size() ? of_syns : of_all;
  const auto count = static_cast<double>(looked_at.size());
  std::ranges::sort(looked_at);
  const auto repeated = std::unique(looked_at.begin(), looked_at.end());
  return ratio(static_cast<double>(repeated - looked_at.begin()), count);
}

void read_segments(std::span<const KeptSample* const> samples, Features& features) {
  constexpr std::uint32_t small_bytes = 100;
  double all = 0;
  double acks = 0;
  double small = 0;
  for (const KeptSample* kept : samples) {
    if (!kept->packet.is_tcp || kept->packet.kind == PacketClass::syn) continue;
    all += kept->sample.weight;
    if (kept->packet.kind == PacketClass::ack) acks += kept->sample.weight;
    if (kept->sample.wire_bytes <= small_bytes) small += kept->sample.weight;
  }
  features.acks = ratio(acks, all);
  features.small = ratio(small, all);
}

void read_reflectors(std::span<const KeptSample* const> samples, Features& features) {
  constexpr std::uint8_t udp = 17;
  constexpr std::uint32_t large_bytes = 400;
  constexpr std::uint16_t first_client_port = 1'024;
  struct Part {
    double all = 0;
    double responses = 0;
  };
  std::map<std::string_view, Part> parts;
  double with_ports = 0;
  for (const KeptSample* kept : samples) {
    const PacketView& packet = kept->packet;
    if (packet.protocol != udp || !packet.has_ports) continue;
    with_ports += kept->sample.weight;
    const std::string_view amplifier = amplifier_of(packet.source_port);
    if (amplifier.empty()) continue;
    Part& part = parts[amplifier];
    part.all += kept->sample.weight;
    const bool response = packet.destination_port >= first_client_port ||
                          kept->sample.wire_bytes >= large_bytes ||
                          packet.kind == PacketClass::fragment;
    if (response) part.responses += kept->sample.weight;
  }
  const auto most =
      std::ranges::max_element(parts, {}, [](const auto& entry) { return entry.second.all; });
  features.reflectors =
      most == parts.end() ? ratio(0, with_ports) : ratio(most->second.all, with_ports);
  if (most == parts.end()) return;
  features.reflector = most->first;
  features.responses = ratio(most->second.responses, most->second.all);
}

}  // namespace

std::string_view amplifier_of(std::uint16_t port) {
  const auto found = std::ranges::find(amplifiers, port, &Amplifier::port);
  return found == amplifiers.end() ? std::string_view{} : found->name;
}

Features features_of(const FeatureSources& sources) {
  Features features;
  read_counters(sources, features);
  features.samples = static_cast<double>(sources.samples.size());
  features.distinct_sources = distinct_sources(sources.samples);
  read_segments(sources.samples, features);
  read_reflectors(sources.samples, features);
  return features;
}

}  // namespace sekimori
