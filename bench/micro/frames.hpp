#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/micro/micro.hpp"
#include "dataplane/packet/frame.hpp"

namespace sekimori::bench {

/// `batch` packets that can be brought back to what they were.
class FrameSet {
 public:
  /// The line of a packet as text (tests/support/packet_text.hpp), in which each "%" stands for the
  /// packet's number from 10 on, so that all have one length.
  explicit FrameSet(std::string_view line, Side toward = Side::inside);

  void restore();
  [[nodiscard]] std::vector<Frame>& frames() { return frames_; }

 private:
  struct alignas(64) Buffer {
    std::array<std::uint8_t, 1536> bytes{};
    std::uint32_t length = 0;
  };

  std::vector<Buffer> originals_;
  std::vector<Buffer> buffers_;
  std::vector<Frame> frames_;
};

}  // namespace sekimori::bench
