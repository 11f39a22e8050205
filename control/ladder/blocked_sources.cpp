#include "control/ladder/blocked_sources.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sekimori {

std::size_t BlockedSources::add(std::span<const ProvedSource> worst_first,
                                std::uint64_t monotonic_ms) {
  std::size_t added = 0;
  std::size_t in_force = blocked_count(monotonic_ms);
  for (const ProvedSource& candidate : worst_first) {
    if (in_force >= max_sources) break;
    auto entry = std::ranges::find(entries_, candidate.source, &Entry::source);
    if (entry == entries_.end()) {
      if (entries_.size() >= 2 * max_sources) continue;
      entries_.push_back({.source = candidate.source, .rate = 0, .until_ms = 0, .box_ms = 0});
      entry = entries_.end() - 1;
    } else if (entry->until_ms > monotonic_ms) {
      continue;
    }
    // One that has just come back has not been seen for a whole second.
    entry->rate = std::max(entry->rate, candidate.rate);
    entry->box_ms =
        entry->box_ms == 0 ? box_ms : std::min(2 * entry->box_ms, max_box_factor * box_ms);
    entry->until_ms = monotonic_ms + entry->box_ms;
    ++added;
    ++in_force;
  }
  return added;
}

void BlockedSources::forget_old(std::uint64_t monotonic_ms) {
  std::erase_if(entries_, [&](const Entry& e) { return e.until_ms + remember_ms < monotonic_ms; });
}

std::vector<Prefix> BlockedSources::blocked(std::uint64_t monotonic_ms) const {
  std::vector<Prefix> sources;
  for (const Entry& e : entries_) {
    if (e.until_ms > monotonic_ms) sources.push_back(e.source);
  }
  return sources;
}

std::size_t BlockedSources::blocked_count(std::uint64_t monotonic_ms) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries_, [&](const Entry& e) { return e.until_ms > monotonic_ms; }));
}

double BlockedSources::blocked_rate(std::uint64_t monotonic_ms) const {
  double rate = 0;
  for (const Entry& e : entries_) {
    if (e.until_ms > monotonic_ms) rate += e.rate;
  }
  return rate;
}

nlohmann::json BlockedSources::save() const {
  nlohmann::json saved = nlohmann::json::array();
  for (const Entry& e : entries_) {
    saved.push_back({e.source.to_string(), e.rate, e.until_ms, e.box_ms});
  }
  return saved;
}

void BlockedSources::restore(const nlohmann::json& saved) {
  entries_.clear();
  for (const nlohmann::json& entry : saved) {
    const auto source = Prefix::parse(entry.at(0).get<std::string>());
    if (!source) continue;
    entries_.push_back({.source = *source,
                        .rate = entry.at(1).get<double>(),
                        .until_ms = entry.at(2).get<std::uint64_t>(),
                        .box_ms = entry.at(3).get<std::uint64_t>()});
  }
}

}  // namespace sekimori
