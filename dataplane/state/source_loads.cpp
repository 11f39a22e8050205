#include "dataplane/state/source_loads.hpp"

#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace sekimori {
namespace {

/// The part of an address that is proved, and shown.
Address proved_part(const Address& source) {
  constexpr unsigned network_bits = 64;
  return source.is_ipv4() ? source : source.masked(network_bits);
}

/// Puts the object into the hash. Nobody outside knows the hash, so nobody can find sources and
/// objects that meet.
std::uint64_t mixed(std::uint64_t source_hash, std::uint32_t object_slot) {
  const std::uint64_t x = (source_hash ^ object_slot) * 0x9e3779b97f4a7c15ULL;
  return x ^ x >> 32;
}

/// A bit for each place that holds `tag`.
std::uint32_t places_with(const std::array<std::uint32_t, SourceLoads::ways>& tags,
                          std::uint32_t tag) {
  using Tags [[gnu::vector_size(sizeof(tags))]] = std::uint32_t;
  Tags all;
  std::memcpy(&all, tags.data(), sizeof(all));
  const auto equal = reinterpret_cast<__m256>(all == tag);
  return static_cast<std::uint32_t>(_mm256_movemask_ps(equal));
}

constexpr std::uint32_t heaviest = 1U << 31;

}  // namespace

SourceLoads::SourceLoads(const SipKey& key, WorkerEvidence& shown)
    : key_(key), shown_(shown), sets_(set_count) {}

std::size_t SourceLoads::find(std::size_t set, std::uint32_t tag, const Address& source,
                              std::uint32_t object_slot) const {
  for (std::uint32_t found = places_with(sets_[set].tags, tag); found != 0; found &= found - 1) {
    const auto way = static_cast<std::size_t>(std::countr_zero(found));
    const SourceLoad load = shown_.sources[set * ways + way].of_writer();
    if (load.object_slot == object_slot && load.source == source) return way;
  }
  return ways;
}

bool SourceLoads::takes_burst() {
  constexpr unsigned bits = std::countr_zero(one_burst_in);
  constexpr std::uint64_t mark = std::uint64_t{1} << 63;
  // Below the mark are the bits that are left.
  if (chances_ < one_burst_in) {
    chances_ = siphash<1, 3>(key_, std::array{counter_++, ~std::uint64_t{0}}) | mark;
  }
  const bool taken = chances_ % one_burst_in == 0;
  chances_ >>= bits;
  return taken;
}

bool SourceLoads::add(std::uint64_t source_hash, const Address& source, std::uint32_t object_slot,
                      const Amount& amount) {
  const std::uint64_t hash = mixed(source_hash, object_slot);
  const std::size_t index = hash % set_count;
  const std::uint32_t tag = static_cast<std::uint32_t>(hash >> 32) | 1U;
  const Address shown_source = proved_part(source);
  Set& set = sets_[index];

  std::size_t way = find(index, tag, shown_source, object_slot);
  const bool is_new = way == ways;
  if (is_new) {
    way = static_cast<std::size_t>(std::ranges::min_element(set.weights) - set.weights.begin());
  }
  WorkerEvidence::Source& place = shown_.sources[index * ways + way];
  SourceLoad load =
      is_new ? SourceLoad{.source = shown_source, .object_slot = object_slot} : place.of_writer();
  load.packets += amount.packets;
  load.bytes += amount.bytes;
  load.connections += amount.connections;
  place.publish(place.number() + 1, load);

  set.tags[way] = tag;
  set.weights[way] += static_cast<std::uint32_t>(std::min<std::uint64_t>(amount.packets, 1U << 16));
  if (set.weights[way] >= heaviest) halve(set);
  return is_new;
}

void SourceLoads::halve(Set& set) {
  for (std::uint32_t& weight : set.weights) weight /= 2;
}

void SourceLoads::age(std::uint64_t now_ms) {
  const std::uint64_t due = now_ms / ms_per_set;
  // After a long pause every set is halved once and no more.
  next_age_ = std::max(next_age_, due - std::min<std::uint64_t>(due, set_count));
  for (; next_age_ < due; ++next_age_) halve(sets_[next_age_ % set_count]);
}

}  // namespace sekimori
