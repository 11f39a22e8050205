#include "control/ladder/ladder.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace sekimori {
namespace {

bool is_open(const std::optional<ActionState>& state) {
  return state == ActionState::in_force || state == ActionState::waiting ||
         state == ActionState::would_have;
}

const StepRule& rule_of(Step step) {
  return step_rules()[static_cast<std::size_t>(step)];
}

std::uint64_t milliseconds(std::uint32_t seconds) {
  return std::uint64_t{seconds} * 1'000;
}

}  // namespace

double Ladder::effective_threshold(double threshold) const {
  return rung(Step::raise_threshold).in_force() ? std::max(raised_, threshold) : threshold;
}

double Ladder::blocked_rate(std::uint64_t monotonic_ms) const {
  return rung(Step::block_sources).in_force() ? blocked_.blocked_rate(monotonic_ms) : 0;
}

LadderWish Ladder::wish(std::uint64_t monotonic_ms) const {
  LadderWish wish;
  wish.authenticate = rung(Step::authenticate).in_force();
  if (rung(Step::block_sources).in_force()) wish.block = blocked_.blocked(monotonic_ms);
  if (rung(Step::raise_threshold).in_force()) wish.raised = raised_;
  if (rung(Step::give_up).in_force() && probe_until_ms_ == 0) wish.give_up = target_;
  return wish;
}

void Ladder::step(const LadderInput& input, const LadderPolicy& policy,
                  const DetectionPolicy& detection, ActionBook& book) {
  const Moment moment{.input = input, .policy = policy, .detection = detection, .book = book};
  if (state_ == LadderState::normal) {
    if (!input.abnormal) return;
    peaks_ = {};
    next_step_ms_ = moment.ms();
    last_change_ms_ = moment.ms();
    state_ = LadderState::alert;
  } else if (state_ == LadderState::recovery && input.abnormal) {
    book.tell(std::string{name_of(vector_)} + " is above its threshold again");
    next_step_ms_ = moment.ms();
    last_change_ms_ = moment.ms();
    state_ = LadderState::alert;
  }
  remember_load(moment);
  follow_operators(moment);
  tell_effects(moment);
  keep_up(moment);
  climb(moment);
  descend(moment);
}

void Ladder::remember_load(const Moment& moment) {
  const LadderInput& input = moment.input;
  const std::uint64_t second = moment.ms() / 1'000;
  const std::uint64_t skipped = std::min<std::uint64_t>(second - peak_second_, peaks_.size());
  for (std::uint64_t i = 0; i < skipped; ++i) peaks_[(second - i) % peaks_.size()] = 0;
  peak_second_ = second;
  double& peak = peaks_[second % peaks_.size()];
  peak = std::max(peak, input.passed);

  const double calm_below = input.threshold * moment.detection.calm_percent / 100;
  const std::array loads{input.offered + blocked_.blocked_rate(moment.ms()), input.passed};
  for (std::size_t by = 0; by < loads.size(); ++by) {
    // Without a threshold, as another policy may have none, every load is calm.
    if (input.threshold > 0 && loads[by] >= calm_below) {
      calm_since_ms_[by] = 0;
    } else if (calm_since_ms_[by] == 0) {
      calm_since_ms_[by] = moment.ms();
    }
  }
}

void Ladder::follow_operators(const Moment& moment) {
  for (const StepRule& rule : step_rules()) {
    Rung& r = rung(rule.step);
    if (!is_open(r.state)) continue;
    const ActionRecord* action = moment.book.find(r.action_id);
    if (action == nullptr) continue;
    if (action->state == ActionState::rejected) {
      r.state = ActionState::rejected;
      last_change_ms_ = moment.ms();
      if (rule.step == Step::block_sources) blocked_.clear();
      settle_state();
    } else if (r.state == ActionState::waiting && action->state == ActionState::in_force) {
      put_in_force(rule.step, moment);
    }
  }
}

void Ladder::tell_effects(const Moment& moment) {
  for (const StepRule& rule : step_rules()) {
    Rung& r = rung(rule.step);
    if (!r.in_force() || r.effect_told) continue;
    if (moment.ms() - r.since_ms < moment.detection.step_after_ms) continue;
    r.effect_told = true;
    ActionRecord* action = moment.book.find(r.action_id);
    if (action == nullptr || !action->real.empty()) continue;
    action->real = "what passes to the server went from " + text(r.passed_before) + " to " +
                   text(moment.input.passed);
    moment.book.mark_changed();
  }
}

void Ladder::keep_up(const Moment& moment) {
  blocked_.forget_old(moment.ms());
  if (rung(Step::block_sources).in_force()) keep_blocking(moment);
  if (rung(Step::raise_threshold).in_force()) keep_raising(moment);
  if (rung(Step::give_up).in_force()) keep_giving_up(moment);
}

void Ladder::keep_blocking(const Moment& moment) {
  constexpr std::uint64_t every_ms = 1'000;
  const bool above = wanted(rule_of(Step::block_sources), moment);
  // What an operator approved were the sources of that moment, and no others.
  if (!above || moment.policy.block_sources != Permission::granted) return;
  if (moment.ms() - blocked_at_ms_ < every_ms) return;
  const std::size_t added = blocked_.add(moment.input.sources(), moment.ms());
  blocked_at_ms_ = moment.ms();
  if (added == 0) return;
  moment.book.tell(
      count_text(static_cast<double>(added)) + " more sources are blocked, or again: " +
      count_text(static_cast<double>(blocked_.blocked_count(moment.ms()))) + " in all");
}

void Ladder::keep_raising(const Moment& moment) {
  const LadderInput& input = moment.input;
  // The policy may have another capacity by now.
  raised_ = std::min(raised_, input.capacity);
  if (raised_ <= 0) return end(Step::raise_threshold, moment, "no capacity is declared any more");
  const bool may = moment.policy.raise_threshold == Permission::granted;
  if (!may || input.passed <= raised_ || input.passed > input.capacity) return;
  if (moment.ms() < next_step_ms_) return;
  const double raised = next_raised(moment);
  if (raised <= raised_) return;
  moment.book.tell("threshold of " + std::string{name_of(vector_)} + " raised further, from " +
                   text(raised_) + " to " + text(raised) + "; declared capacity " +
                   text(input.capacity));
  raised_ = raised;
  next_step_ms_ = moment.ms() + moment.detection.step_after_ms;
}

void Ladder::keep_giving_up(const Moment& moment) {
  if (probe_until_ms_ == 0) {
    if (moment.ms() < box_until_ms_) return;
    probe_until_ms_ = moment.ms() + milliseconds(moment.detection.probe_s);
    probe_bad_since_ms_ = 0;
    return moment.book.tell("the destination is let in for a probe of " +
                            std::to_string(moment.detection.probe_s) + " s");
  }
  if (!wanted(rule_of(Step::give_up), moment)) {
    probe_bad_since_ms_ = 0;
    if (moment.ms() >= probe_until_ms_) {
      end(Step::give_up, moment, "the probe found " + text(moment.input.passed) + " to pass");
    }
    return;
  }
  if (probe_bad_since_ms_ == 0) probe_bad_since_ms_ = moment.ms();
  if (moment.ms() - probe_bad_since_ms_ < moment.detection.alert_after_ms) return;
  constexpr std::uint64_t max_factor = 8;
  box_ms_ = std::min(2 * box_ms_, max_factor * milliseconds(moment.detection.give_up_for_s));
  box_until_ms_ = moment.ms() + box_ms_;
  probe_until_ms_ = 0;
  moment.book.tell("the load is still there (" + text(moment.input.passed) +
                   " would pass): given up for another " + std::to_string(box_ms_ / 1'000) + " s");
}

bool Ladder::wanted(const StepRule& rule, const Moment& moment) const {
  const LadderInput& input = moment.input;
  if (rule.wanted_by == WantedBy::passed_above_threshold) {
    return input.threshold > 0 && input.passed > effective_threshold(input.threshold);
  }
  return !input.danger.empty() || (input.capacity > 0 && input.passed > input.capacity);
}

void Ladder::climb(const Moment& moment) {
  if (!moment.input.abnormal || moment.ms() < next_step_ms_) return;
  for (const StepRule& rule : step_rules()) {
    Rung& r = rung(rule.step);
    if (r.taken() || !wanted(rule, moment)) continue;
    if (moment.policy.permission(rule.step) == Permission::never) continue;
    const std::optional<Plan> planned = plan(rule.step, moment);
    if (!planned) continue;
    if (take(rule, *planned, moment)) break;
  }
  settle_state();
}

bool Ladder::take(const StepRule& rule, const Plan& plan, const Moment& moment) {
  Rung& r = rung(rule.step);
  ActionRecord action;
  action.step = rule.step;
  action.object = object_;
  action.vector = vector_;
  action.what = plan.what;
  action.reason = std::string{rule.reason};
  action.evidence = evidence(moment);
  action.expected = plan.expected;
  if (!plan.impossible.empty()) {
    if (r.impossible_told) return false;
    r.impossible_told = true;
    action.state = ActionState::impossible;
    action.reason = plan.impossible;
    moment.book.enter(std::move(action));
    return false;
  }
  switch (moment.policy.permission(rule.step)) {
    case Permission::monitor:
      action.state = ActionState::would_have;
      action.real = "none: it was only recorded";
      break;
    case Permission::ask:
      action.state = ActionState::waiting;
      break;
    default:
      action.state = ActionState::in_force;
  }
  const ActionRecord& entered = moment.book.enter(std::move(action));
  r = {.state = entered.state,
       .action_id = entered.id,
       .since_ms = moment.ms(),
       .passed_before = moment.input.passed,
       .effect_told = false,
       .impossible_told = r.impossible_told};
  last_change_ms_ = moment.ms();
  next_step_ms_ = moment.ms() + moment.detection.step_after_ms;
  if (r.in_force()) put_in_force(rule.step, moment);
  return true;
}

void Ladder::put_in_force(Step step, const Moment& moment) {
  Rung& r = rung(step);
  r.state = ActionState::in_force;
  r.since_ms = moment.ms();
  r.passed_before = moment.input.passed;
  last_change_ms_ = moment.ms();
  next_step_ms_ = moment.ms() + moment.detection.step_after_ms;
  switch (step) {
    case Step::authenticate:
      break;
    case Step::block_sources:
      blocked_.add(to_block_, moment.ms());
      blocked_at_ms_ = moment.ms();
      break;
    case Step::raise_threshold:
      raised_ = std::min(to_raise_, moment.input.capacity);
      break;
    case Step::give_up:
      box_ms_ = std::max(box_ms_, milliseconds(moment.detection.give_up_for_s));
      box_until_ms_ = moment.ms() + box_ms_;
      probe_until_ms_ = 0;
      break;
  }
  moment.book.mitigated();
  settle_state();
}

void Ladder::descend(const Moment& moment) {
  const std::uint64_t calm_after_ms = milliseconds(moment.detection.calm_after_s);
  if (moment.ms() - last_change_ms_ < calm_after_ms) return;
  const auto calm = [&](CalmBy by) {
    const std::uint64_t since_ms = calm_since_ms_[static_cast<std::size_t>(by)];
    return since_ms != 0 && moment.ms() - since_ms >= calm_after_ms;
  };
  for (std::size_t i = step_count; i-- > 0;) {
    const StepRule& rule = step_rules()[i];
    const Rung& r = rung(rule.step);
    if (!is_open(r.state)) continue;
    // A destination that is given up comes back by its probe alone: what arrives says nothing once
    // somebody upstream drops it as well.
    if (rule.step == Step::give_up && r.in_force()) return;
    if (!calm(rule.calm_by)) return;
    return end(
        rule.step, moment,
        "the load has been calm for " + std::to_string(moment.detection.calm_after_s) + " s");
  }
  if (!calm(CalmBy::offered)) return;
  if (state_ == LadderState::recovery)
    moment.book.tell(std::string{name_of(vector_)} + " is normal");
  *this = Ladder{object_, vector_};
}

void Ladder::end(Step step, const Moment& moment, const std::string& why) {
  Rung& r = rung(step);
  moment.book.release(r.action_id, why);
  r = {.state = std::nullopt, .impossible_told = r.impossible_told};
  last_change_ms_ = moment.ms();
  if (step == Step::raise_threshold) raised_ = 0;
  settle_state();
  if (state_ == LadderState::alert &&
      std::ranges::none_of(rungs_, [](const Rung& other) { return is_open(other.state); })) {
    state_ = LadderState::recovery;
  }
}

void Ladder::settle_state() {
  if (state_ == LadderState::normal || state_ == LadderState::recovery) return;
  state_ = LadderState::alert;
  for (const StepRule& rule : step_rules()) {
    if (rung(rule.step).in_force()) state_ = rule.state;
  }
}

void Ladder::abandon(ActionBook& book, const std::string& why) {
  for (const StepRule& rule : step_rules()) {
    const Rung& r = rung(rule.step);
    if (is_open(r.state)) book.release(r.action_id, why);
  }
  *this = Ladder{object_, vector_};
}

std::string Ladder::evidence(const Moment& moment) const {
  const LadderInput& input = moment.input;
  std::string evidence = text(input.offered) + " arrive, " + text(input.passed) +
                         " pass to the server; threshold " + text(input.threshold);
  const double effective = effective_threshold(input.threshold);
  if (effective > input.threshold) evidence += ", raised to " + text(effective);
  evidence += input.capacity > 0 ? "; declared capacity " + text(input.capacity)
                                 : std::string{"; no capacity declared"};
  if (!input.danger.empty()) evidence += "; " + input.danger;
  return evidence;
}

}  // namespace sekimori
