#include "bench/instructions/load.hpp"

#include "bench/callgrind/counting.hpp"

namespace sekimori::bench {

Load::Load(const Case& packets)
    : policy_(policy_tables(packets.policy)),
      bed_(policy_->global()),
      now_{.monotonic_ns = 1000 * ns_per_s, .unix_ns = 1'700'000'000 * ns_per_s} {
  bed_.set_time(now_);
  packets.prepare(stream_, bed_, *policy_, now_);
  before_ = bed_.stats().verdicts;
}

void Load::fill() {
  for (std::size_t i = 0; i < max_burst; ++i) {
    stream_.write(next_, buffers_[i].bytes.data());
    next_ = next_ + 1 == stream_.size() ? 0 : next_ + 1;
    frames_[i] = {.data = buffers_[i].bytes.data(),
                  .length = stream_.frame_length(),
                  .capacity = reply_capacity};
  }
}

void Load::run(std::size_t bursts, bool counted) {
  Pipeline& pipeline = bed_.pipeline();
  for (std::size_t burst = 0; burst < bursts; ++burst) {
    fill();
    if (counted) {
      const Counted count;
      pipeline.process(Side::outside, frames_, decisions_, *policy_, now_);
    } else {
      pipeline.process(Side::outside, frames_, decisions_, *policy_, now_);
    }
    pipeline.outbox().clear();
  }
}

std::array<double, verdict_count> Load::shares() const {
  std::array<double, verdict_count> result{};
  double all = 0;
  for (std::size_t v = 0; v < verdict_count; ++v) {
    result[v] = static_cast<double>(bed_.stats().verdicts[v] - before_[v]);
    all += result[v];
  }
  for (double& share : result) share /= all;
  return result;
}

}  // namespace sekimori::bench
