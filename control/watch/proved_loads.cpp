#include "control/watch/proved_loads.hpp"

#include <algorithm>
#include <tuple>

namespace sekimori {
namespace {

bool before(const SourceLoad& a, const SourceLoad& b) {
  return std::tie(a.object_slot, a.source) < std::tie(b.object_slot, b.source);
}

std::span<const SourceLoad> of_object(const std::vector<SourceLoad>& sources,
                                      std::uint32_t object) {
  return {std::ranges::lower_bound(sources, object, {}, &SourceLoad::object_slot),
          std::ranges::upper_bound(sources, object, {}, &SourceLoad::object_slot)};
}

const SourceLoad* find(std::span<const SourceLoad> sources, const Address& source) {
  const auto found = std::ranges::lower_bound(sources, source, {}, &SourceLoad::source);
  return found == sources.end() || found->source != source ? nullptr : &*found;
}

double grown(std::uint64_t now, std::uint64_t before) {
  return now < before ? 0 : static_cast<double>(now - before);
}

}  // namespace

double ProvedLoads::Rate::of(Vector vector) const {
  switch (vector) {
    case Vector::bits:
      return bits;
    case Vector::syn:
    case Vector::new_connections:
    case Vector::new_sources:
      return connections;
    default:
      return packets;
  }
}

void ProvedLoads::observe(std::span<const SourceLoad> sources, std::uint64_t monotonic_ms) {
  constexpr std::uint64_t spacing_ms = 500;
  constexpr std::size_t snapshots = 3;
  if (before_.empty() || monotonic_ms - before_.back().at_ms >= spacing_ms) {
    if (now_.at_ms != 0) before_.push_back(now_);
    if (before_.size() > snapshots) before_.pop_front();
  }
  now_.at_ms = monotonic_ms;
  now_.sources.assign(sources.begin(), sources.end());
  if (!std::ranges::is_sorted(now_.sources, before)) std::ranges::sort(now_.sources, before);
}

void ProvedLoads::clear() {
  now_ = {};
  before_.clear();
}

std::vector<ProvedLoads::Rate> ProvedLoads::of(std::uint32_t object) const {
  std::vector<Rate> rates;
  for (const SourceLoad& now : of_object(now_.sources, object)) {
    for (const Snapshot& snapshot : before_) {
      const SourceLoad* base = find(of_object(snapshot.sources, object), now.source);
      if (base == nullptr || snapshot.at_ms >= now_.at_ms) continue;
      const double per_s = 1'000.0 / static_cast<double>(now_.at_ms - snapshot.at_ms);
      rates.push_back({.source = now.source,
                       .packets = grown(now.packets, base->packets) * per_s,
                       .bits = 8 * grown(now.bytes, base->bytes) * per_s,
                       .connections = grown(now.connections, base->connections) * per_s});
      break;
    }
  }
  return rates;
}

double ProvedLoads::packets_of(std::uint32_t object) const {
  double packets = 0;
  for (const Rate& rate : of(object)) packets += rate.packets;
  return packets;
}

bool ProvedLoads::proved(std::uint32_t object, const Address& source) const {
  constexpr unsigned ipv6_source_length = 64;
  const Address key = source.is_ipv4() ? source : source.masked(ipv6_source_length);
  return find(of_object(now_.sources, object), key) != nullptr;
}

double fair_share(std::span<const ProvedLoads::Rate> rates, Vector vector, double threshold) {
  // Sources that flood may well be most of those that are known, so theirs is not the median that
  // says what is usual.
  const double twentieth = threshold / 20;
  std::vector<double> quiet;
  for (const ProvedLoads::Rate& rate : rates) {
    const double r = rate.of(vector);
    if (r > 0 && r <= twentieth) quiet.push_back(r);
  }
  if (quiet.empty()) return twentieth;
  const auto middle = quiet.begin() + static_cast<std::ptrdiff_t>(quiet.size() / 2);
  std::ranges::nth_element(quiet, middle);
  return std::max(twentieth, 5 * *middle);
}

}  // namespace sekimori
