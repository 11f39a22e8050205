#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "hw/sim/frames.hpp"

namespace sekimori {

/// Bytes that a stream carries in one clock.
inline constexpr std::size_t beat_bytes = 64;

[[nodiscard]] inline std::size_t beats_of(std::size_t length) {
  return (length + beat_bytes - 1) / beat_bytes;
}

/// Cuts a frame into beats, one behind the other. What lies behind the frame's end in its last beat
/// is garbage, as a sender may leave it.
class BeatReader {
 public:
  explicit BeatReader(const Bytes& frame, std::size_t at = 0) : frame_(&frame), at_(at) {}

  [[nodiscard]] bool done() const { return at_ >= frame_->size(); }
  [[nodiscard]] bool first() const { return at_ == 0; }
  [[nodiscard]] bool last() const { return at_ + beat_bytes >= frame_->size(); }
  [[nodiscard]] std::size_t bytes() const { return std::min(beat_bytes, frame_->size() - at_); }
  /// A mask of the bytes that belong to the frame.
  [[nodiscard]] std::uint64_t keep() const {
    return bytes() == beat_bytes ? ~std::uint64_t{0} : (std::uint64_t{1} << bytes()) - 1;
  }
  template <typename Port>
  void put(Port& port, std::uint8_t garbage) const {
    static_assert(sizeof(Port) == beat_bytes);
    std::memset(&port, garbage, beat_bytes);
    std::memcpy(&port, frame_->data() + at_, bytes());
  }
  void advance() { at_ += beat_bytes; }

 private:
  const Bytes* frame_;
  std::size_t at_;
};

}  // namespace sekimori
