#include "control/notify/retry.hpp"

#include <algorithm>
#include <string>

namespace sekimori {
namespace {

/// No pause is doubled more often, so that none overflows.
constexpr std::uint32_t most_doublings = 20;

}  // namespace

std::uint64_t pause_ms(const RetryRules& rules, std::uint32_t attempts, std::uint32_t chance) {
  const std::uint32_t doublings = std::min(attempts == 0 ? 0 : attempts - 1, most_doublings);
  const std::uint64_t whole = std::min(rules.first_pause_ms << doublings, rules.longest_pause_ms);
  const std::uint64_t half = whole / 2;
  // Recipients of one server that failed together do not all come back together.
  return half + ((whole - half) * chance >> 32U);
}

DeliveryProgress after_attempt(const Delivery& delivery, const AttemptResult& result,
                               const RetryRules& rules, std::uint64_t now_ms,
                               std::uint32_t chance) {
  DeliveryProgress progress = delivery.progress;
  ++progress.attempts;
  progress.result = result.words;
  const auto finish = [&](DeliveryState state) {
    progress.state = state;
    progress.finished_ms = now_ms;
    return progress;
  };
  if (result.outcome == AttemptResult::Outcome::delivered) {
    return finish(DeliveryState::delivered);
  }
  if (result.outcome == AttemptResult::Outcome::never || delivery.occasion == Occasion::test) {
    return finish(DeliveryState::failed);
  }
  progress.due_ms = now_ms + pause_ms(rules, progress.attempts, chance);
  if (progress.attempts >= rules.most_attempts ||
      progress.due_ms > delivery.created_ms + rules.longest_age_ms) {
    progress.result = "given up after " + std::to_string(progress.attempts) +
                      " attempts; the last: " + result.words;
    return finish(DeliveryState::failed);
  }
  return progress;
}

}  // namespace sekimori
