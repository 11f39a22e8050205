#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <span>
#include <vector>

#include "tests/support/random_frames.hpp"
#include "tests/support/test_worker.hpp"

namespace sekimori::test {

/// One number for each frame of a burst. Bursts get smaller when RapidCheck looks for the least
/// that fails.
using Seeds = std::vector<std::uint32_t>;
using MakeFrame = Bytes (*)(Random&);

inline rc::Gen<Seeds> burst_seeds() {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, max_burst + 1), [](std::size_t count) {
    return rc::gen::container<Seeds>(count, rc::gen::arbitrary<std::uint32_t>());
  });
}

inline Bytes make_plain_tcp(Random& random) {
  return frame_bytes(random_plain_tcp(random));
}
inline Bytes make_plain_syn(Random& random) {
  return frame_bytes(random_plain_syn(random));
}

class RandomBurst {
 public:
  RandomBurst(const Seeds& seeds, MakeFrame make) {
    for (const std::uint32_t seed : seeds) {
      Random random{seed};
      const Bytes bytes = make(random);
      buffers_.emplace_back(bytes, random_hint(random));
      frames_.push_back(buffers_.back().frame());
    }
  }

  [[nodiscard]] std::span<Frame> frames() { return frames_; }
  [[nodiscard]] std::span<const Frame> frames() const { return frames_; }
  [[nodiscard]] std::uint64_t all() const {
    return frames_.empty() ? 0 : ~std::uint64_t{0} >> (max_burst - frames_.size());
  }

 private:
  std::vector<FrameBuffer> buffers_;
  std::vector<Frame> frames_;
};

}  // namespace sekimori::test
