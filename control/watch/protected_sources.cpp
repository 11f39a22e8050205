#include "control/watch/protected_sources.hpp"

#include <algorithm>

namespace sekimori {
namespace {

bool overlap(const Prefix& a, const Prefix& b) {
  return a.contains(b.address) || b.contains(a.address);
}

}  // namespace

ProtectedSources::ProtectedSources(const Policy& policy) {
  std::set<std::uint8_t> lengths;
  for (const auto* list : {&policy.box.management, &policy.box.allow}) {
    for (const PlacedPrefix& prefix : *list) {
      prefixes_.insert(prefix.value);
      lengths.insert(prefix.value.length);
    }
  }
  lengths_.assign(lengths.begin(), lengths.end());
}

bool ProtectedSources::touches(const Prefix& source, const ObjectPolicy& object) const {
  const bool contained = std::ranges::any_of(lengths_, [&](std::uint8_t length) {
    return length <= source.length &&
           prefixes_.contains({.address = source.address.masked(length), .length = length});
  });
  if (contained) return true;
  // A prefix within the source, if there is one, is the first that is not before it.
  const auto within = prefixes_.lower_bound({.address = source.address, .length = 0});
  if (within != prefixes_.end() && source.contains(within->address)) return true;
  return std::ranges::any_of(
      object.allow, [&](const PlacedPrefix& allowed) { return overlap(allowed.value, source); });
}

}  // namespace sekimori
