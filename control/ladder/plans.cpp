// What each step would do now, and whether it can be done.

#include <algorithm>

#include "control/ladder/ladder.hpp"

namespace sekimori {

std::optional<Ladder::Plan> Ladder::plan(Step step, const Moment& moment) {
  switch (step) {
    case Step::authenticate:
      return plan_authenticate(moment);
    case Step::block_sources:
      return plan_block(moment);
    case Step::raise_threshold:
      return plan_raise(moment);
    case Step::give_up:
      return plan_give_up(moment);
  }
  return std::nullopt;
}

std::optional<Ladder::Plan> Ladder::plan_authenticate(const Moment& moment) const {
  const LadderInput& input = moment.input;
  if (!input.lowered_by_authentication || !input.can_authenticate) return std::nullopt;
  if (moment.policy.syn == SynMode::off) return std::nullopt;
  const std::string mode{syn_mode_names[static_cast<std::size_t>(moment.policy.syn)]};
  return Plan{.what = "SYN mode " + mode + " for all TCP ports of " + object_ +
                      " that the policy does not authenticate",
              .expected =
                  "connections of sources that do not prove their address no longer reach "
                  "the server; " +
                  text(input.passed) + " pass without it",
              .impossible = {}};
}

std::optional<Ladder::Plan> Ladder::plan_block(const Moment& moment) {
  to_block_ = moment.input.sources();
  if (to_block_.size() > BlockedSources::max_sources) to_block_.resize(BlockedSources::max_sources);
  if (to_block_.empty()) return std::nullopt;
  double rate = 0;
  for (const ProvedSource& source : to_block_) rate += source.rate;
  return Plan{.what = "block " + count_text(static_cast<double>(to_block_.size())) +
                      " proved sources, each for " +
                      std::to_string(BlockedSources::box_ms / 1'000) + " s at first",
              .expected = text(rate) + " fewer, of " + text(moment.input.passed) + " that pass",
              .impossible = {}};
}

double Ladder::next_raised(const Moment& moment) const {
  constexpr double headroom = 1.25;
  const double peak = std::max(moment.input.passed, *std::ranges::max_element(peaks_));
  return std::min(moment.input.capacity, headroom * peak);
}

std::optional<Ladder::Plan> Ladder::plan_raise(const Moment& moment) {
  const LadderInput& input = moment.input;
  Plan plan;
  plan.what = "raise the threshold of " + std::string{name_of(vector_)};
  if (input.capacity <= 0) {
    plan.impossible =
        "the policy declares no capacity for it, so nothing says what the service "
        "bears";
    return plan;
  }
  if (input.passed > input.capacity) {
    plan.impossible = "what passes is above the declared capacity";
    return plan;
  }
  to_raise_ = next_raised(moment);
  if (to_raise_ <= input.threshold) return std::nullopt;
  plan.what += " from " + text(input.threshold) + " to " + text(to_raise_);
  plan.expected = "up to " + text(to_raise_) +
                  " pass and nobody is dropped; the service is "
                  "declared to bear " +
                  text(input.capacity);
  return plan;
}

std::optional<Ladder::Plan> Ladder::plan_give_up(const Moment& moment) {
  const GiveUpTarget target = moment.input.target();
  if (!target.address) {
    return Plan{
        .what = "give up one address of " + object_, .expected = {}, .impossible = target.fault};
  }
  target_ = target.address;
  return Plan{
      .what = "drop everything to " + target_->to_string() + " for " +
              std::to_string(moment.detection.give_up_for_s) + " s, then probe",
      .expected = text(moment.input.passed) + " no longer pass; no other address is touched",
      .impossible = {}};
}

}  // namespace sekimori
