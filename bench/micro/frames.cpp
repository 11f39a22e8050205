#include "bench/micro/frames.hpp"

#include <algorithm>
#include <cstring>

#include "tests/support/test_worker.hpp"

namespace sekimori::bench {

namespace {

constexpr std::size_t shortest_frame = 60;  ///< without the FCS

std::string numbered(std::string_view line, std::size_t number) {
  std::string text;
  for (const char c : line) text += c == '%' ? std::to_string(number + 10) : std::string{c};
  return text;
}

}  // namespace

FrameSet::FrameSet(std::string_view line, Side toward) : originals_(batch) {
  for (std::size_t i = 0; i < batch; ++i) {
    const test::Bytes bytes = test::frame_bytes(numbered(line, i), toward);
    originals_[i].length = static_cast<std::uint32_t>(std::max(bytes.size(), shortest_frame));
    std::ranges::copy(bytes, originals_[i].bytes.begin());
  }
  buffers_ = originals_;
  frames_.resize(batch);
  restore();
}

void FrameSet::restore() {
  for (std::size_t i = 0; i < batch; ++i) {
    std::memcpy(buffers_[i].bytes.data(), originals_[i].bytes.data(), originals_[i].length);
    frames_[i] = {.data = buffers_[i].bytes.data(),
                  .length = originals_[i].length,
                  .capacity = static_cast<std::uint32_t>(buffers_[i].bytes.size())};
  }
}

}  // namespace sekimori::bench
