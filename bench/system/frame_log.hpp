#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/system/trial.hpp"

namespace sekimori::bench {

/// What is known of each frame of a trial: when it was sent and whether it came back.
class FrameLog {
 public:
  FrameLog();

  /// Begins a trial whose first frame has that number. `timed` keeps times of sending.
  void begin(std::uint32_t first_number, bool timed);
  /// The frames from here on belong to the next load.
  void begin_load(std::uint64_t now);

  /// `count` frames with the next numbers were offered at `now`, the last `refused` of them in
  /// vain.
  void offered(std::uint64_t now, unsigned count, unsigned refused);
  /// A frame came back.
  void returned(std::uint64_t now, std::optional<std::uint32_t> number);
  [[nodiscard]] bool complete() const { return trial_.received == trial_.offered - trial_.refused; }

  /// What became of all frames; `ticks_per_s` is the unit of the times above.
  Trial finish(double ticks_per_s, std::uint64_t offered_ticks);

 private:
  /// Frames from `first` on were sent at `time`.
  struct Departure {
    std::uint32_t first;
    std::uint64_t time;
  };

  [[nodiscard]] std::uint64_t departure_of(std::uint32_t index);
  [[nodiscard]] std::optional<std::uint32_t> last_lost() const;

  Trial trial_;
  bool timed_ = false;
  std::uint32_t first_number_ = 0;
  std::uint32_t highest_returned_ = 0;
  std::uint64_t load_begin_ = 0;
  std::vector<std::uint64_t> back_;  ///< one bit for each frame
  std::vector<Departure> departures_;
  std::size_t cursor_ = 0;  ///< in `departures_`, of the frame that came back last
  std::vector<std::uint64_t> latency_ticks_;
};

}  // namespace sekimori::bench
