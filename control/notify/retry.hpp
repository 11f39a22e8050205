#pragma once

#include <cstdint>

#include "control/model/delivery.hpp"
#include "control/notify/attempt.hpp"
#include "control/notify/notifier.hpp"

namespace sekimori {

/// The pause after attempt number `attempts`, counted from 1. `chance` is any 32 random bits.
[[nodiscard]] std::uint64_t pause_ms(const RetryRules& rules, std::uint32_t attempts,
                                     std::uint32_t chance);

/// How far a delivery has come after one more attempt that ended at `now_ms` with `result`. A test
/// is tried once.
[[nodiscard]] DeliveryProgress after_attempt(const Delivery& delivery, const AttemptResult& result,
                                             const RetryRules& rules, std::uint64_t now_ms,
                                             std::uint32_t chance);

}  // namespace sekimori
