#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/stats_segment.hpp"

namespace sekimori {

/// Finds out from what arrives whether the card in front of the outside port works.
class CardWatch {
 public:
  /// Without a card in front the state stays `none`.
  explicit CardWatch(bool card) : state_(card ? CardState::silent : CardState::none) {}

  /// Takes in the frames with metadata and without that have come since the start, about once a
  /// second. Most of those since the last call decide: something beside the card may send a few.
  /// Returns what the operator is to be told when the state has changed.
  std::optional<std::string_view> look(std::uint64_t marked, std::uint64_t unmarked);

  [[nodiscard]] CardState state() const { return state_; }

 private:
  CardState state_;
  std::uint64_t marked_ = 0;
  std::uint64_t unmarked_ = 0;
};

}  // namespace sekimori
