#include "control/baseline/recorder.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace sekimori {

void BaselineRecorder::replace_objects(std::span<const std::string> objects) {
  std::unordered_map<std::string, ObjectHour> known;
  for (ObjectHour& object : objects_) known.try_emplace(object.name, std::move(object));
  objects_.clear();
  objects_.reserve(objects.size());
  for (const std::string& name : objects) {
    if (const auto found = known.find(name); found != known.end()) {
      objects_.push_back(std::move(found->second));
      known.erase(found);
    } else {
      objects_.emplace_back();
    }
    objects_.back().name = name;
  }
}

std::vector<FinishedHour> BaselineRecorder::advance(std::uint64_t unix_s) {
  const std::uint64_t minute = unix_s / 60;
  std::vector<FinishedHour> finished;
  if (minute_ && minute != *minute_) {
    end_minute();
    if (minute / minutes_of_hour != *minute_ / minutes_of_hour) {
      finished = end_hour();
      // What went before a clock that was set back has been seen under another time.
      if (minute < *minute_) finished.clear();
    }
  }
  minute_ = minute;
  return finished;
}

void BaselineRecorder::observe(std::size_t index, const PerVector<double>& rates, bool abnormal) {
  ObjectHour& object = objects_.at(index);
  object.seen = true;
  object.abnormal = object.abnormal || abnormal;
  for (const Vector vector : all_vectors()) {
    object.most[vector] = std::max(object.most[vector], static_cast<float>(rates[vector]));
  }
}

void BaselineRecorder::end_minute() {
  const std::size_t place = *minute_ % minutes_of_hour;
  for (ObjectHour& object : objects_) {
    if (!object.seen) continue;
    object.minutes_seen |= std::uint64_t{1} << place;
    for (const Vector vector : all_vectors()) {
      const std::uint16_t code = rate_code(double{object.most[vector]});
      auto& minutes = object.minutes[vector];
      if (code != 0 && minutes == nullptr) minutes = std::make_unique<Minutes>();
      if (minutes != nullptr) (*minutes)[place] = code;
    }
    object.seen = false;
    object.most = {};
  }
}

std::vector<FinishedHour> BaselineRecorder::end_hour() {
  const std::uint64_t hour = *minute_ / minutes_of_hour;
  std::vector<FinishedHour> finished;
  std::vector<std::uint16_t> seen;
  for (ObjectHour& object : objects_) {
    const bool enough =
        static_cast<std::size_t>(std::popcount(object.minutes_seen)) >= minutes_needed;
    for (const Vector vector : all_vectors()) {
      auto& minutes = object.minutes[vector];
      if (enough && (minutes != nullptr || vector == Vector::packets)) {
        seen.clear();
        for (std::size_t m = 0; m < minutes_of_hour; ++m) {
          if ((object.minutes_seen >> m & 1) == 0) continue;
          seen.push_back(minutes != nullptr ? (*minutes)[m] : std::uint16_t{0});
        }
        finished.push_back(
            {.object = object.name,
             .vector = vector,
             .hour = hour,
             .summary = object.abnormal ? HourSummary::of_incident() : summarize(seen)});
      }
      minutes.reset();
    }
    object.minutes_seen = 0;
    object.abnormal = false;
  }
  return finished;
}

}  // namespace sekimori
