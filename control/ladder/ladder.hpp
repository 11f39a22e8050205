#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/ladder/action_book.hpp"
#include "control/ladder/blocked_sources.hpp"
#include "control/ladder/rungs.hpp"
#include "control/model/defence.hpp"
#include "control/model/rate_text.hpp"

namespace sekimori {

/// The address that could be given up, or why there is none.
struct GiveUpTarget {
  std::optional<Prefix> address;
  std::string fault;
};

/// What a ladder is told at one moment about its object and vector. Rates are in the vector's unit.
struct LadderInput {
  std::uint64_t monotonic_ms = 0;
  bool abnormal = false;  ///< above the threshold for as long as the policy wants
  double offered = 0;
  double passed = 0;
  double threshold = 0;
  double capacity = 0;  ///< 0: not declared
  bool lowered_by_authentication = false;
  /// Whether ports are left that the policy itself does not authenticate.
  bool can_authenticate = false;
  /// Why the box or others are endangered by this object; empty if they are not.
  std::string danger;
  /// Sources that may be blocked and send more than their share, worst first. Asked only when
  /// needed.
  std::function<std::vector<ProvedSource>()> sources;
  std::function<GiveUpTarget()> target;
};

/// What a ladder wants to be in force now.
struct LadderWish {
  bool authenticate = false;
  std::vector<Prefix> block;
  double raised = 0;  ///< 0: not raised
  std::optional<Prefix> give_up;
};

/// The state machine of one object (or prefix, or tenant) and vector: counters and clock in,
/// actions out. docs/algorithms/ladder.md has its tables.
class Ladder {
 public:
  Ladder(std::string object, Vector vector) : object_(std::move(object)), vector_(vector) {}

  /// `policy` says what may be done, `detection` how soon.
  void step(const LadderInput& input, const LadderPolicy& policy, const DetectionPolicy& detection,
            ActionBook& book);

  [[nodiscard]] LadderState state() const { return state_; }
  [[nodiscard]] Vector vector() const { return vector_; }
  [[nodiscard]] LadderWish wish(std::uint64_t monotonic_ms) const;
  /// By what the load is judged now.
  [[nodiscard]] double effective_threshold(double threshold) const;
  /// What the sources that it blocks now were last seen to send.
  [[nodiscard]] double blocked_rate(std::uint64_t monotonic_ms) const;

  /// Ends all of it at once, as the object is no longer there.
  void abandon(ActionBook& book, const std::string& why);

  [[nodiscard]] nlohmann::json save() const;
  /// Throws nlohmann::json::exception if it is not what was saved.
  void restore(const nlohmann::json& saved);

 private:
  struct Rung {
    std::optional<ActionState> state;  ///< empty: not taken
    std::uint64_t action_id = 0;
    std::uint64_t since_ms = 0;  ///< when it was entered or came into force
    double passed_before = 0;
    bool effect_told = false;
    bool impossible_told = false;

    [[nodiscard]] bool taken() const { return state.has_value(); }
    [[nodiscard]] bool in_force() const { return state == ActionState::in_force; }
  };
  struct Moment {
    const LadderInput& input;
    const LadderPolicy& policy;
    const DetectionPolicy& detection;
    ActionBook& book;

    [[nodiscard]] std::uint64_t ms() const { return input.monotonic_ms; }
  };
  /// What there is to be done by a step; empty when it cannot be taken.
  struct Plan {
    std::string what;
    std::string expected;
    std::string impossible;  ///< why it cannot be taken, if that is worth a record
  };

  [[nodiscard]] Rung& rung(Step step) { return rungs_[static_cast<std::size_t>(step)]; }
  [[nodiscard]] const Rung& rung(Step step) const { return rungs_[static_cast<std::size_t>(step)]; }

  void remember_load(const Moment& moment);
  void follow_operators(const Moment& moment);
  void tell_effects(const Moment& moment);
  void keep_up(const Moment& moment);
  void keep_blocking(const Moment& moment);
  void keep_raising(const Moment& moment);
  void keep_giving_up(const Moment& moment);
  void climb(const Moment& moment);
  void descend(const Moment& moment);
  void end(Step step, const Moment& moment, const std::string& why);
  void settle_state();

  [[nodiscard]] bool wanted(const StepRule& rule, const Moment& moment) const;
  [[nodiscard]] std::optional<Plan> plan(Step step, const Moment& moment);
  [[nodiscard]] std::optional<Plan> plan_authenticate(const Moment& moment) const;
  [[nodiscard]] std::optional<Plan> plan_block(const Moment& moment);
  [[nodiscard]] std::optional<Plan> plan_raise(const Moment& moment);
  [[nodiscard]] std::optional<Plan> plan_give_up(const Moment& moment);
  [[nodiscard]] double next_raised(const Moment& moment) const;
  /// Takes the step as far as the policy permits. True if the ladder goes no further for now.
  bool take(const StepRule& rule, const Plan& plan, const Moment& moment);
  void put_in_force(Step step, const Moment& moment);
  [[nodiscard]] std::string evidence(const Moment& moment) const;
  [[nodiscard]] std::string text(double rate) const { return rate_text(vector_, rate); }

  std::string object_;
  Vector vector_;
  LadderState state_ = LadderState::normal;
  std::array<Rung, step_count> rungs_;
  std::uint64_t next_step_ms_ = 0;
  /// Since when each load is calm; 0: it is not. By `CalmBy`.
  std::array<std::uint64_t, 2> calm_since_ms_{};
  std::uint64_t last_change_ms_ = 0;
  // Highest passed load of each of the last ten seconds.
  std::array<double, 10> peaks_{};
  std::uint64_t peak_second_ = 0;
  // What the steps are made of.
  BlockedSources blocked_;
  std::vector<ProvedSource> to_block_;
  std::uint64_t blocked_at_ms_ = 0;
  double raised_ = 0;
  double to_raise_ = 0;
  std::optional<Prefix> target_;
  std::uint64_t box_ms_ = 0;
  std::uint64_t box_until_ms_ = 0;    ///< of the time for which the destination is given up
  std::uint64_t probe_until_ms_ = 0;  ///< 0: not being probed
  std::uint64_t probe_bad_since_ms_ = 0;
};

}  // namespace sekimori
