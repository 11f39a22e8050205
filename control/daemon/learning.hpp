#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>

#include "control/baseline/recorder.hpp"
#include "control/store/baseline_store.hpp"
#include "control/watch/watch.hpp"

namespace sekimori {

/// Keeps the history from which thresholds are learned: takes the rates of every second, and hands
/// the hours that are finished to the store, a part with each pass so that none waits for the disk.
class Learning {
 public:
  Learning() : recorder_({}) {}

  void replace_objects(std::span<const std::string> names) { recorder_.replace_objects(names); }
  /// To be called with every pass.
  void observe(const Watch& watch, std::uint64_t unix_s, BaselineStore& store);

 private:
  static constexpr std::size_t hours_each_pass = 300;

  void store_some(BaselineStore& store);

  BaselineRecorder recorder_;
  std::uint64_t second_ = 0;
  std::deque<FinishedHour> finished_;
};

}  // namespace sekimori
