// How a ladder is kept over a restart of control.

#include <nlohmann/json.hpp>

#include "control/ladder/ladder.hpp"

namespace sekimori {

nlohmann::json Ladder::save() const {
  nlohmann::json rungs = nlohmann::json::array();
  for (const Rung& r : rungs_) {
    rungs.push_back({r.state ? static_cast<int>(*r.state) : -1, r.action_id, r.since_ms,
                     r.passed_before, r.effect_told, r.impossible_told});
  }
  nlohmann::json to_block = nlohmann::json::array();
  for (const ProvedSource& s : to_block_) to_block.push_back({s.source.to_string(), s.rate});
  return {{"state", static_cast<int>(state_)},
          {"rungs", std::move(rungs)},
          {"next_step_ms", next_step_ms_},
          {"calm_since_ms", calm_since_ms_},
          {"last_change_ms", last_change_ms_},
          {"peaks", peaks_},
          {"peak_second", peak_second_},
          {"blocked", blocked_.save()},
          {"to_block", std::move(to_block)},
          {"blocked_at_ms", blocked_at_ms_},
          {"raised", raised_},
          {"to_raise", to_raise_},
          {"target", target_ ? target_->to_string() : std::string{}},
          {"box_ms", box_ms_},
          {"box_until_ms", box_until_ms_},
          {"probe_until_ms", probe_until_ms_},
          {"probe_bad_since_ms", probe_bad_since_ms_}};
}

void Ladder::restore(const nlohmann::json& saved) {
  const auto state = saved.at("state").get<std::size_t>();
  state_ = state < ladder_state_count ? static_cast<LadderState>(state) : LadderState::normal;
  for (std::size_t i = 0; i < rungs_.size(); ++i) {
    const nlohmann::json& r = saved.at("rungs").at(i);
    const int of_action = r.at(0).get<int>();
    const bool known = of_action >= 0 && of_action < static_cast<int>(action_state_names.size());
    rungs_[i] = {.state = known ? std::optional{static_cast<ActionState>(of_action)} : std::nullopt,
                 .action_id = r.at(1).get<std::uint64_t>(),
                 .since_ms = r.at(2).get<std::uint64_t>(),
                 .passed_before = r.at(3).get<double>(),
                 .effect_told = r.at(4).get<bool>(),
                 .impossible_told = r.at(5).get<bool>()};
  }
  to_block_.clear();
  for (const nlohmann::json& s : saved.at("to_block")) {
    const auto source = Prefix::parse(s.at(0).get<std::string>());
    if (source) to_block_.push_back({.source = *source, .rate = s.at(1).get<double>()});
  }
  blocked_.restore(saved.at("blocked"));
  const auto target = saved.at("target").get<std::string>();
  target_ = target.empty() ? std::nullopt : Prefix::parse(target);
  saved.at("next_step_ms").get_to(next_step_ms_);
  saved.at("calm_since_ms").get_to(calm_since_ms_);
  saved.at("last_change_ms").get_to(last_change_ms_);
  saved.at("peaks").get_to(peaks_);
  saved.at("peak_second").get_to(peak_second_);
  saved.at("blocked_at_ms").get_to(blocked_at_ms_);
  saved.at("raised").get_to(raised_);
  saved.at("to_raise").get_to(to_raise_);
  saved.at("box_ms").get_to(box_ms_);
  saved.at("box_until_ms").get_to(box_until_ms_);
  saved.at("probe_until_ms").get_to(probe_until_ms_);
  saved.at("probe_bad_since_ms").get_to(probe_bad_since_ms_);
}

}  // namespace sekimori
