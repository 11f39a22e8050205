#include "control/daemon/learning.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <vector>

namespace sekimori {

void Learning::observe(const Watch& watch, std::uint64_t unix_s, BaselineStore& store) {
  store_some(store);
  if (unix_s == second_) return;
  second_ = unix_s;
  for (FinishedHour& hour : recorder_.advance(unix_s)) finished_.push_back(std::move(hour));
  for (std::size_t i = 0; i < watch.object_count(); ++i) {
    const SubjectView view = watch.object(i);
    PerVector<double> rates;
    bool abnormal = false;
    for (const Vector vector : all_vectors()) {
      rates[vector] = view.vectors[vector].offered;
      abnormal = abnormal || view.vectors[vector].state != LadderState::normal;
    }
    recorder_.observe(i, rates, abnormal);
  }
}

void Learning::store_some(BaselineStore& store) {
  const std::size_t count = std::min(finished_.size(), hours_each_pass);
  if (count == 0) return;
  const auto end = finished_.begin() + static_cast<std::ptrdiff_t>(count);
  const std::vector<FinishedHour> hours{finished_.begin(), end};
  if (const auto added = store.add(hours); !added) {
    // They are tried again with the next pass, unless there are more than a day's of 10,000
    // objects.
    spdlog::error("history is not stored: {}", added.error());
    constexpr std::size_t most_kept = 1'000'000;
    if (finished_.size() < most_kept) return;
  }
  finished_.erase(finished_.begin(), end);
}

}  // namespace sekimori
