#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/clock.hpp"
#include "common/stats_segment.hpp"

namespace sekimori {

/// A snapshot with what was known when it was taken.
struct Reading {
  StatsSnapshot snapshot;
  bool writer_alive = false;
  Now at;
};

/// Reads the statistics of an instance once. A dataplane that was restarted has a new segment, so
/// it is opened anew each time.
[[nodiscard]] tl::expected<Reading, std::string> take_reading(const std::string& instance);

/// "instance default: running, pid 4711, ..." and the policy, in one line each.
[[nodiscard]] std::string headline(const std::string& instance, const Reading& reading);

/// A number as people read it: "0", "999", "12.3k", "4.56M".
[[nodiscard]] std::string scaled(double value);

/// `text` with spaces before or behind it, so that it is `width` wide; a longer one stays whole.
[[nodiscard]] std::string right_aligned(std::string text, std::size_t width);
[[nodiscard]] std::string left_aligned(std::string text, std::size_t width);

}  // namespace sekimori
