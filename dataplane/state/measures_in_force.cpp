#include "dataplane/state/measures_in_force.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sekimori {

std::string_view kind_name(const Measure& measure) {
  constexpr std::array<std::string_view, std::variant_size_v<MeasureKind>> names{
      "authenticate_sources", "block_sources", "limit_traffic", "limit_connections",
      "give_up_destination"};
  return names[measure.kind.index()];
}

void MeasuresInForce::set(std::uint64_t revision, std::vector<Measure> measures,
                          std::uint64_t now_ms) {
  revision_ = revision;
  measures_ = std::move(measures);
  ends_ms_.clear();
  for (const Measure& measure : measures_) ends_ms_.push_back(now_ms + measure.lifetime_ms);
}

bool MeasuresInForce::say(std::span<const Measure> measures) const {
  return std::ranges::equal(measures_, measures, [](const Measure& a, const Measure& b) {
    return a.object == b.object && a.kind == b.kind;
  });
}

template <typename Ended>
std::vector<Measure> MeasuresInForce::end_where(const Ended& ended) {
  std::vector<Measure> removed;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < measures_.size(); ++i) {
    if (ended(i)) {
      removed.push_back(std::move(measures_[i]));
      continue;
    }
    if (kept != i) measures_[kept] = std::move(measures_[i]);
    ends_ms_[kept++] = ends_ms_[i];
  }
  measures_.resize(kept);
  ends_ms_.resize(kept);
  return removed;
}

std::vector<Measure> MeasuresInForce::end_expired(std::uint64_t now_ms) {
  return end_where([&](std::size_t i) { return ends_ms_[i] <= now_ms; });
}

std::vector<Measure> MeasuresInForce::end_refused_by(const PolicyTables& policy) {
  return end_where([&](std::size_t i) { return !policy.accepts(measures_[i]); });
}

std::optional<std::uint64_t> MeasuresInForce::next_end_ms() const {
  if (ends_ms_.empty()) return std::nullopt;
  return std::ranges::min(ends_ms_);
}

}  // namespace sekimori
