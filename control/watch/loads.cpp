#include "control/watch/loads.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace sekimori {
namespace {

constexpr std::uint8_t host_length = 128;

double rate(const RateRow& rates, Count count) {
  return static_cast<double>(rates[count]);
}

/// The part of all packets that passes.
double passed_share(const RateRow& rates) {
  const double all = rate(rates, Count::packets);
  return all <= 0 ? 1 : std::min(1.0, rate(rates, Count::passed_packets) / all);
}

std::optional<PacketClass> class_of(Vector vector) {
  switch (vector) {
    case Vector::syn:
      return PacketClass::syn;
    case Vector::udp:
    case Vector::dns_queries:
      return PacketClass::udp;
    case Vector::icmp:
      return PacketClass::icmp;
    case Vector::fragments:
      return PacketClass::fragment;
    case Vector::other:
      return PacketClass::other;
    default:
      return std::nullopt;
  }
}

/// SYNs that go on when no sample says how many: those that got no SYN-ACK of ours, and one for
/// each handshake that was completed with us.
double passed_syns(const RateRow& rates) {
  const double all = rate(rates, Count::syn);
  const double unanswered = std::max(0.0, all - rate(rates, Count::syn_ack_sent));
  return std::min(
      all, std::min(unanswered, all * passed_share(rates)) + rate(rates, Count::cookie_valid));
}

std::string danger_text(Vector vector, double total, std::uint64_t bearable, double part) {
  return "the box takes " + rate_text(vector, total) + " of the " +
         rate_text(vector, static_cast<double>(bearable)) + " that it is declared to bear, and " +
         percent_text(part) + " of that is for this destination";
}

}  // namespace

bool tcp_dominates(const RateRow& rates) {
  return rate(rates, Count::tcp) > rate(rates, Count::packets) / 2;
}

Loads::Loads(const Policy& policy)
    : policy_(policy), protected_(policy), shares_(policy.objects.size()) {}

void Loads::observe(std::span<const PacketSample> samples, std::span<const SourceLoad> sources,
                    std::uint64_t lost_packets, std::uint64_t monotonic_ms) {
  samples_.add(samples, monotonic_ms);
  shares_.count(samples_, monotonic_ms);
  proved_.observe(sources, monotonic_ms);
  if (!lost_.empty() && lost_packets < lost_.back().packets) lost_.clear();
  lost_.push_back({.at_ms = monotonic_ms, .packets = lost_packets});
  while (monotonic_ms - lost_.front().at_ms > RateWindow::length_ms + 50) lost_.pop_front();
}

void Loads::begin_anew() {
  samples_.clear();
  proved_.clear();
  lost_.clear();
}

double Loads::lost_per_s() const {
  if (lost_.size() < 2) return 0;
  const auto span_ms = lost_.back().at_ms - lost_.front().at_ms;
  if (span_ms < RateWindow::least_ms) return 0;
  return static_cast<double>(lost_.back().packets - lost_.front().packets) * 1'000 /
         static_cast<double>(span_ms);
}

double Loads::passed(const Detector& detector, std::size_t object, Vector vector) const {
  const RateRow& rates = detector.rates(object);
  const double offered = detector.offered(object, vector);
  switch (vector) {
    case Vector::packets:
      return rate(rates, Count::passed_packets);
    case Vector::bits:
      return 8 * rate(rates, Count::passed_bytes);
    case Vector::new_connections: {
      const auto limit = static_cast<double>(policy_.objects[object].new_connections_per_s);
      return limit > 0 ? std::min(offered, std::max(limit, rate(rates, Count::established)))
                       : offered;
    }
    case Vector::new_sources:
      return offered;
    case Vector::tcp_flags: {
      const double share = shares_.share_of_segments(object);
      return offered * (share < 0 ? passed_share(rates) : share);
    }
    default: {
      const double share = shares_.share(object, *class_of(vector));
      if (share >= 0) return offered * share;
      return vector == Vector::syn ? passed_syns(rates) : offered * passed_share(rates);
    }
  }
}

std::vector<ProvedSource> Loads::blockable(std::size_t object, Vector vector,
                                           double threshold) const {
  const std::vector<ProvedLoads::Rate> rates = proved_.of(static_cast<std::uint32_t>(object));
  const double share = fair_share(rates, vector, threshold);
  std::vector<ProvedSource> found;
  for (const ProvedLoads::Rate& source : rates) {
    if (source.of(vector) <= share) continue;
    constexpr std::uint8_t ipv6_source_length = 64;
    const std::uint8_t length = source.source.is_ipv4() ? host_length : ipv6_source_length;
    const Prefix prefix{.address = source.source.masked(length), .length = length};
    if (protected_.touches(prefix, policy_.objects[object])) continue;
    found.push_back({.source = prefix, .rate = source.of(vector)});
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, &ProvedSource::rate);
  return found;
}

std::string Loads::danger(const Detector& detector, std::size_t object) const {
  constexpr double near_full = 0.9;
  constexpr double main_part = 0.5;
  const auto full = [&](Vector vector, std::uint64_t bearable) -> std::string {
    const double total = detector.total(vector);
    const double part = total > 0 ? detector.offered(object, vector) / total : 0;
    const bool is_full = bearable > 0 && total > near_full * static_cast<double>(bearable);
    return is_full && part > main_part ? danger_text(vector, total, bearable, part) : "";
  };
  std::string danger = full(Vector::packets, policy_.detection.box_packets_per_s);
  if (danger.empty()) danger = full(Vector::bits, policy_.detection.box_bits_per_s);
  if (!danger.empty()) return danger;

  // A lost packet now and then is no danger.
  const double total = detector.total(Vector::packets);
  const double lost = lost_per_s();
  const double part = total > 0 ? detector.offered(object, Vector::packets) / total : 0;
  if (lost <= std::max(10.0, total / 10'000) || part <= main_part) return {};
  return "the box loses " + count_text(lost) + " packets/s of all destinations, and " +
         percent_text(part) + " of what arrives is for this one";
}

GiveUpTarget Loads::target(std::uint32_t object) const {
  const std::vector<PlacedPrefix>& prefixes = policy_.objects[object].prefixes;
  if (prefixes.size() == 1 && prefixes.front().value.length == host_length) {
    return {.address = prefixes.front().value, .fault = {}};
  }
  std::map<Address, double> weights;
  double all = 0;
  std::size_t count = 0;
  for (const KeptSample* kept : samples_.of(std::span{&object, 1})) {
    if (!kept->packet.is_ip) continue;
    weights[kept->packet.destination] += kept->sample.weight;
    all += kept->sample.weight;
    ++count;
  }
  constexpr std::size_t least_samples = 20;
  constexpr double nearly_all = 0.8;
  const std::string fault = "the object has more than one address, and ";
  if (count < least_samples) {
    return {.address = std::nullopt,
            .fault = fault + "too few samples tell which of them is attacked"};
  }
  const auto most = std::ranges::max_element(weights, {}, [](const auto& w) { return w.second; });
  if (most->second <= nearly_all * all) {
    return {.address = std::nullopt,
            .fault = fault + "no single one gets more than 80 % of its packets: the most is " +
                     most->first.to_string() + " with " + percent_text(most->second / all)};
  }
  const bool of_object = std::ranges::any_of(
      prefixes, [&](const PlacedPrefix& prefix) { return prefix.value.contains(most->first); });
  if (!of_object) {
    return {.address = std::nullopt, .fault = fault + "the samples are of another policy"};
  }
  return {.address = Prefix{.address = most->first, .length = host_length}, .fault = {}};
}

bool Loads::can_authenticate(std::size_t object) const {
  const ObjectPolicy& policy = policy_.objects[object];
  return policy.syn == SynMode::off ||
         std::ranges::any_of(policy.services,
                             [](const ServicePolicy& s) { return s.syn == SynMode::off; });
}

}  // namespace sekimori
