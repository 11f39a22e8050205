#include "bench/system/frame_log.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace sekimori::bench {

namespace {

constexpr std::uint32_t bits = 64;

// What trials of a second need. Room is only taken from the machine when it is written to, and is
// kept from trial to trial.
constexpr std::size_t usual_frames = 1U << 25;
constexpr std::size_t usual_departures = 1U << 22;

}  // namespace

FrameLog::FrameLog() {
  back_.reserve(usual_frames / bits);
  departures_.reserve(usual_departures);
  latency_ticks_.reserve(usual_departures);
}

void FrameLog::begin(std::uint32_t first_number, bool timed) {
  trial_ = {};
  timed_ = timed;
  first_number_ = first_number;
  highest_returned_ = 0;
  load_begin_ = 0;
  back_.clear();
  departures_.clear();
  cursor_ = 0;
  latency_ticks_.clear();
}

void FrameLog::begin_load(std::uint64_t now) {
  load_begin_ = now;
}

void FrameLog::offered(std::uint64_t now, unsigned count, unsigned refused) {
  if (timed_) departures_.push_back({static_cast<std::uint32_t>(trial_.offered), now});
  trial_.offered += count;
  trial_.refused += refused;
  const std::size_t words = trial_.offered / bits + 1;
  if (back_.size() < words) back_.resize(words);
}

void FrameLog::returned(std::uint64_t now, std::optional<std::uint32_t> number) {
  const std::uint32_t index = number ? *number - first_number_ : 0;
  if (!number || index >= trial_.offered) {
    ++trial_.foreign;
    return;
  }
  const std::uint64_t bit = std::uint64_t{1} << (index % bits);
  std::uint64_t& word = back_[index / bits];
  if ((word & bit) != 0) {
    ++trial_.repeated;
    return;
  }
  word |= bit;
  ++trial_.received;
  if (index < highest_returned_) {
    ++trial_.reordered;
  } else {
    highest_returned_ = index;
  }
  if (timed_) latency_ticks_.push_back(now - departure_of(index));
}

/// Frames come back in the order in which they were sent, or nearly so: the departure is found
/// where the last one was, or a few steps on.
std::uint64_t FrameLog::departure_of(std::uint32_t index) {
  if (departures_[cursor_].first > index) {
    const auto after = std::ranges::upper_bound(departures_, index, {}, &Departure::first);
    cursor_ = static_cast<std::size_t>(after - departures_.begin()) - 1;
  }
  while (cursor_ + 1 < departures_.size() && departures_[cursor_ + 1].first <= index) ++cursor_;
  return departures_[cursor_].time;
}

std::optional<std::uint32_t> FrameLog::last_lost() const {
  for (std::uint64_t index = trial_.offered; index-- > 0;) {
    const bool back = (back_[index / bits] >> (index % bits) & 1U) != 0;
    if (!back) return static_cast<std::uint32_t>(index);
  }
  return std::nullopt;
}

Trial FrameLog::finish(double ticks_per_s, std::uint64_t offered_ticks) {
  trial_.offered_s = static_cast<double>(offered_ticks) / ticks_per_s;
  if (timed_) {
    trial_.latencies_ns.reserve(latency_ticks_.size());
    for (const std::uint64_t ticks : latency_ticks_) {
      trial_.latencies_ns.push_back(
          static_cast<std::uint32_t>(static_cast<double>(ticks) * 1e9 / ticks_per_s));
    }
    if (const auto lost = last_lost()) {
      const auto ticks = static_cast<std::int64_t>(departure_of(*lost) - load_begin_);
      trial_.last_loss_s = static_cast<double>(ticks) / ticks_per_s;
    }
  }
  return std::exchange(trial_, {});
}

}  // namespace sekimori::bench
