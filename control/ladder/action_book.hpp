#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "control/model/incident.hpp"

namespace sekimori {

/// How many ladders hold each open action.
using ActionHolders = std::map<std::uint64_t, std::uint32_t>;

/// The actions of one incident, which its ladders write. Ladders that take the same step with the
/// same effect on an object share one action: it is approved once, and ends with the last of them.
class ActionBook {
 public:
  static constexpr std::size_t max_actions = 1'000;
  static constexpr std::size_t max_timeline = 500;

  /// `next_id` is that of all incidents.
  ActionBook(Incident& incident, ActionHolders& holders, std::uint64_t& next_id,
             std::uint64_t now_ms)
      : incident_(incident), holders_(holders), next_id_(next_id), now_ms_(now_ms) {}

  /// Enters an action, with a new number, or joins an open one of the same step and effect, whose
  /// state then counts. Either way it is held once more.
  const ActionRecord& enter(ActionRecord action);
  /// Null if the incident has no such action.
  [[nodiscard]] ActionRecord* find(std::uint64_t id);
  /// Holds it once less. It ends with the last.
  void release(std::uint64_t id, const std::string& why);
  /// Adds to the timeline.
  void tell(std::string text);
  /// Whether anything was written through this book.
  [[nodiscard]] bool changed() const { return changed_; }
  void mark_changed() { changed_ = true; }
  /// Notes when the first measure came into force.
  void mitigated();

  [[nodiscard]] std::uint64_t now_ms() const { return now_ms_; }

 private:
  Incident& incident_;
  ActionHolders& holders_;
  std::uint64_t& next_id_;
  std::uint64_t now_ms_;
  bool changed_ = false;
};

}  // namespace sekimori
