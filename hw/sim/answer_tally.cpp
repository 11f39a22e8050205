#include "hw/sim/answer_tally.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "common/bytes.hpp"

namespace sekimori {

void AnswerTally::enter(Outcome& outcome, const Bytes& received, const RangeTree& destinations) {
  ranges_.resize(destinations.leaves().size());
  const auto ms = load<be32>(outcome.mark.data() + metadata::at_ingress_ms).host();
  const std::uint16_t syns = count(destinations.find_leaf(outcome.destination), ms);
  if (syns == 0) return;
  Outcome report{.frame = received, .mark = outcome.mark};
  store(report.mark.data() + metadata::at_syns, be16{syns});
  outcome.report = report.marked();
}

std::uint64_t AnswerTally::unreported() const {
  return std::accumulate(ranges_.begin(), ranges_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Range& range) { return sum + range.syns; });
}

std::uint16_t AnswerTally::count(std::size_t number, std::uint32_t ms) {
  Range& range = ranges_[number];
  if (std::exchange(last_ms_, ms) != ms) left_ = reports_per_ms;
  ++range.syns;
  const bool due = static_cast<std::uint8_t>(ms) != range.ms && left_ != 0;
  if (!due && range.syns != std::numeric_limits<std::uint16_t>::max()) return 0;
  if (left_ != 0) --left_;
  range.ms = static_cast<std::uint8_t>(ms);
  return std::exchange(range.syns, std::uint16_t{0});
}

}  // namespace sekimori
