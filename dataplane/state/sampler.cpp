#include "dataplane/state/sampler.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sekimori {

void Sampler::begin(const Frame& frame, std::uint32_t object_slot, const Now& now) {
  const std::size_t captured = std::min<std::size_t>(frame.length, PacketSample::max_captured);
  const std::uint64_t weight = std::exchange(passed_by_, 0);
  sample_ = {.unix_ns = now.unix_ns,
             .object_slot = object_slot,
             .weight = static_cast<std::uint32_t>(std::min<std::uint64_t>(weight, 0xffffffff)),
             .wire_bytes = frame.length,
             .captured_bytes = static_cast<std::uint16_t>(captured),
             .frame = {}};
  std::memcpy(sample_.frame.data(), frame.data, captured);
}

void Sampler::finish(const Decision& decision) {
  sample_.verdict = decision.verdict;
  sample_.reason = decision.reason;
  shown_.add_sample(sample_);
}

}  // namespace sekimori
