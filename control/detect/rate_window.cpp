#include "control/detect/rate_window.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sekimori {
namespace {

/// Observations come every 100 ms or so; closer ones are looked at but not remembered.
constexpr std::uint64_t spacing_ms = 90;

bool counts_anew(const CounterRow& now, const CounterRow& before) {
  return now[Count::packets] < before[Count::packets] ||
         now[Count::inside_packets] < before[Count::inside_packets] ||
         now[Count::passed_packets] < before[Count::passed_packets];
}

}  // namespace

RateWindow::RateWindow(std::size_t objects)
    : ring_(slots), begins_ms_(objects), rates_(objects), known_(objects) {
  for (Slot& slot : ring_) slot.rows.resize(objects);
}

void RateWindow::begin_anew() {
  used_ = 0;
  std::ranges::fill(known_, std::uint8_t{0});
}

void RateWindow::drop_old(std::uint64_t monotonic_ms) {
  if (used_ > 0 && monotonic_ms - newest().at_ms > max_gap_ms) begin_anew();
  // A slot just beyond the length makes a better second than the next younger one.
  const auto too_old = [&](std::size_t slot) {
    return monotonic_ms - ring_[slot].at_ms > length_ms + spacing_ms / 2;
  };
  while (used_ > 1 && too_old(first_)) {
    first_ = (first_ + 1) % slots;
    --used_;
  }
}

void RateWindow::restart(std::size_t object, std::uint64_t monotonic_ms, const CounterRow& row) {
  for (Slot& slot : ring_) slot.rows[object] = row;
  begins_ms_[object] = monotonic_ms;
  known_[object] = 0;
}

void RateWindow::keep(std::uint64_t monotonic_ms, std::span<const ObjectMeters> meters) {
  if (used_ > 0 && monotonic_ms - newest().at_ms < spacing_ms) return;
  if (used_ == slots) {
    first_ = (first_ + 1) % slots;
    --used_;
  }
  ++used_;
  newest().at_ms = monotonic_ms;
  for (std::size_t i = 0; i < meters.size(); ++i) newest().rows[i] = counters_of(meters[i]);
}

void RateWindow::advance(std::uint64_t monotonic_ms, std::span<const ObjectMeters> meters) {
  drop_old(monotonic_ms);
  if (used_ == 0) return keep(monotonic_ms, meters);
  const Slot& base = ring_[first_];
  for (std::size_t i = 0; i < meters.size(); ++i) {
    const CounterRow row = counters_of(meters[i]);
    const CounterRow& before = base.rows[i];
    if (counts_anew(row, before)) {
      restart(i, monotonic_ms, row);
      continue;
    }
    const std::uint64_t from_ms = std::max(base.at_ms, begins_ms_[i]);
    if (monotonic_ms - from_ms < least_ms) continue;
    known_[i] = 1;
    const float per_s = 1'000.0F / static_cast<float>(monotonic_ms - from_ms);
    for (std::size_t c = 0; c < count_kinds; ++c) {
      // Of a counter that is behind the others of a restarted dataplane nothing is known yet.
      const std::uint64_t grown = row.values[c] - std::min(row.values[c], before.values[c]);
      rates_[i].values[c] = static_cast<float>(grown) * per_s;
    }
  }
  keep(monotonic_ms, meters);
}

nlohmann::json RateWindow::save_times() const {
  nlohmann::json times = nlohmann::json::array();
  for (std::size_t n = 0; n < used_; ++n) times.push_back(ring_[(first_ + n) % slots].at_ms);
  return times;
}

nlohmann::json RateWindow::save_object(std::size_t object) const {
  nlohmann::json rows = nlohmann::json::array();
  for (std::size_t n = 0; n < used_; ++n) {
    rows.push_back(ring_[(first_ + n) % slots].rows[object].values);
  }
  return {{"begins_ms", begins_ms_[object]},
          {"rows", rows},
          {"rates", rates_[object].values},
          {"known", known_[object]}};
}

bool RateWindow::restore_times(const nlohmann::json& saved) {
  const auto times = saved.get<std::vector<std::uint64_t>>();
  if (times.size() > slots || !std::ranges::is_sorted(times)) return false;
  first_ = 0;
  used_ = times.size();
  for (std::size_t n = 0; n < used_; ++n) ring_[n].at_ms = times[n];
  // An object without rows of its own begins with the next observation, by which all its counters
  // have become smaller than these.
  CounterRow unknown;
  unknown.values.fill(~std::uint64_t{0});
  for (std::size_t n = 0; n < used_; ++n) std::ranges::fill(ring_[n].rows, unknown);
  return true;
}

bool RateWindow::restore_object(std::size_t object, const nlohmann::json& saved) {
  const auto rows = saved.at("rows").get<std::vector<std::array<std::uint64_t, count_kinds>>>();
  if (rows.size() != used_ || object >= rates_.size()) return false;
  for (std::size_t n = 0; n < used_; ++n) ring_[n].rows[object].values = rows[n];
  begins_ms_[object] = saved.at("begins_ms").get<std::uint64_t>();
  rates_[object].values = saved.at("rates").get<std::array<float, count_kinds>>();
  known_[object] = saved.at("known").get<std::uint8_t>();
  return true;
}

}  // namespace sekimori
