#include "dataplane/dpdk/card_watch.hpp"

#include <utility>

namespace sekimori {

std::optional<std::string_view> CardWatch::look(std::uint64_t marked, std::uint64_t unmarked) {
  const std::uint64_t with = marked - std::exchange(marked_, marked);
  const std::uint64_t without = unmarked - std::exchange(unmarked_, unmarked);
  if (state_ == CardState::none || with == without) return std::nullopt;
  const CardState now = with > without ? CardState::working : CardState::bypassed;
  if (std::exchange(state_, now) == now) return std::nullopt;
  return now == CardState::working
             ? "frames come with the card's metadata; the card works"
             : "frames come without the card's metadata: it has failed or something lets them pass "
               "by it; software does its work";
}

}  // namespace sekimori
