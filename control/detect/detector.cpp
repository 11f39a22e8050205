#include "control/detect/detector.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace sekimori {

Detector::Detector(const Policy& policy, std::span<const PerVector<std::uint64_t>> learned)
    : objects_(policy.objects.size()),
      alert_after_ms_(policy.detection.alert_after_ms),
      groups_(groups_of(policy)),
      window_(objects_),
      usual_(objects_),
      thresholds_(subject_count()),
      offered_(subject_count()),
      above_since_ms_(subject_count()),
      is_abnormal_(subject_count()),
      above_(subject_count()),
      in_abnormal_prefix_(objects_) {
  set_learned(policy, learned);
}

void Detector::set_learned(const Policy& policy,
                           std::span<const PerVector<std::uint64_t>> learned) {
  std::ranges::copy(resolve_thresholds(policy, learned), thresholds_.begin());
}

void Detector::judge(std::size_t subject, std::uint64_t monotonic_ms) {
  const PerVector<double>& offered = offered_[subject];
  const PerVector<Threshold>& thresholds = thresholds_[subject];
  // Nearly all subjects are calm: this loop has no branch, and the other one is not reached.
  bool any = above_[subject] != 0;
  for (const Vector v : all_vectors()) {
    any |= thresholds[v].rate > 0 && offered[v] > thresholds[v].rate;
  }
  if (!any) return;
  above_[subject] = 0;
  for (const Vector v : all_vectors()) {
    std::uint64_t& since_ms = above_since_ms_[subject][v];
    if (thresholds[v].rate <= 0 || offered[v] <= thresholds[v].rate) {
      since_ms = 0;
      continue;
    }
    above_[subject] = 1;
    if (since_ms == 0) since_ms = monotonic_ms;
    if (monotonic_ms - since_ms < alert_after_ms_) continue;
    is_abnormal_[subject][v] = 1;
    abnormal_.push_back(
        {.subject = static_cast<std::uint32_t>(subject), .vector = v, .since_ms = since_ms});
  }
}

void Detector::judge_objects(std::uint64_t monotonic_ms) {
  total_ = {};
  for (std::size_t i = 0; i < objects_; ++i) {
    offered_[i] = offered_rates(window_.rates(i));
    total_[Vector::packets] += offered_[i][Vector::packets];
    total_[Vector::bits] += offered_[i][Vector::bits];
    if (window_.known(i)) judge(i, monotonic_ms);
  }
}

void Detector::sum_group(std::size_t index, std::span<const std::uint8_t> set_apart) {
  const Group& group = groups_[index];
  const bool below_prefixes = group.subject.level == Level::tenant;
  PerVector<DerivedThreshold> derived;
  PerVector<double> all;
  PerVector<double> of_judged;
  for (const std::uint32_t m : group.members) {
    if (set_apart[m] != 0 || above_[m] != 0) continue;
    if (below_prefixes && in_abnormal_prefix_[m] != 0) continue;
    for (const Vector v : all_vectors()) {
      const double threshold = thresholds_[m][v].rate;
      all[v] += offered_[m][v];
      if (threshold <= 0) continue;
      of_judged[v] += offered_[m][v];
      derived[v].add(threshold);
    }
  }
  const std::size_t subject = objects_ + index;
  for (const Vector v : all_vectors()) {
    const bool own = group.threshold[v] != 0;
    const bool enough = derived[v].members() >= least_group_members;
    offered_[subject][v] = own ? all[v] : of_judged[v];
    thresholds_[subject][v].rate = own      ? static_cast<double>(group.threshold[v])
                                   : enough ? derived[v].rate()
                                            : 0;
  }
}

void Detector::judge_groups(std::uint64_t monotonic_ms, std::span<const std::uint8_t> set_apart) {
  std::ranges::fill(in_abnormal_prefix_, std::uint8_t{0});
  // Prefixes come first: what is seen at a prefix is not the tenant's as well.
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    sum_group(g, set_apart);
    judge(objects_ + g, monotonic_ms);
    if (groups_[g].subject.level != Level::prefix || above_[objects_ + g] == 0) continue;
    for (const std::uint32_t m : groups_[g].members) in_abnormal_prefix_[m] = 1;
  }
}

void Detector::learn_usual(std::uint64_t monotonic_ms, std::span<const std::uint8_t> set_apart) {
  constexpr std::uint64_t every_ms = 1'000;
  if (usual_begun_ && monotonic_ms - usual_at_ms_ < every_ms) return;
  const auto passed_ms = usual_begun_ ? monotonic_ms - usual_at_ms_ : every_ms;
  const double seconds = static_cast<double>(std::min(passed_ms, RateWindow::max_gap_ms)) / 1'000;
  usual_begun_ = true;
  usual_at_ms_ = monotonic_ms;
  for (std::size_t i = 0; i < objects_; ++i) {
    if (window_.known(i) && above_[i] == 0 && set_apart[i] == 0 && in_abnormal_prefix_[i] == 0) {
      usual_.add(i, window_.rates(i), seconds);
    }
  }
}

void Detector::observe(std::uint64_t monotonic_ms, std::span<const ObjectMeters> meters,
                       std::span<const std::uint8_t> set_apart) {
  for (const Abnormal& abnormal : abnormal_) is_abnormal_[abnormal.subject] = {};
  abnormal_.clear();
  window_.advance(monotonic_ms, meters);
  judge_objects(monotonic_ms);
  judge_groups(monotonic_ms, set_apart);
  learn_usual(monotonic_ms, set_apart);
}

nlohmann::json Detector::save(std::span<const std::uint8_t> set_apart, const Policy& policy) const {
  nlohmann::json usual = nlohmann::json::object();
  nlohmann::json windows = nlohmann::json::object();
  for (std::size_t i = 0; i < objects_; ++i) {
    const std::string& name = policy.objects[i].name.value;
    usual[name] = usual_.save_object(i);
    if (set_apart[i] == 0 && above_[i] == 0) continue;
    windows[name] = window_.save_object(i);
  }
  nlohmann::json above = nlohmann::json::array();
  for (std::size_t s = 0; s < subject_count(); ++s) {
    if (above_[s] == 0) continue;
    const Subject subject =
        s < objects_ ? Subject{.level = Level::object, .name = policy.objects[s].name.value}
                     : group(s).subject;
    nlohmann::json since = nlohmann::json::array();
    for (const Vector v : all_vectors()) since.push_back(above_since_ms_[s][v]);
    above.push_back({static_cast<int>(subject.level), subject.name, std::move(since)});
  }
  return {{"usual", std::move(usual)},     {"usual_at_ms", usual_at_ms_},
          {"usual_begun", usual_begun_},   {"times", window_.save_times()},
          {"windows", std::move(windows)}, {"above", std::move(above)}};
}

void Detector::restore(const nlohmann::json& saved, const Policy& policy) {
  std::map<Subject, std::size_t> subjects;
  for (std::size_t i = 0; i < objects_; ++i) {
    subjects[{.level = Level::object, .name = policy.objects[i].name.value}] = i;
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) subjects[groups_[g].subject] = objects_ + g;
  const auto find = [&](Level level, const std::string& name) {
    const auto found = subjects.find({.level = level, .name = name});
    return found == subjects.end() ? subject_count() : found->second;
  };

  usual_at_ms_ = saved.at("usual_at_ms").get<std::uint64_t>();
  usual_begun_ = saved.at("usual_begun").get<bool>();
  for (const auto& [name, usual] : saved.at("usual").items()) {
    const std::size_t object = find(Level::object, name);
    if (object < objects_) usual_.restore_object(object, usual);
  }
  if (!window_.restore_times(saved.at("times"))) return;
  for (const auto& [name, window] : saved.at("windows").items()) {
    const std::size_t object = find(Level::object, name);
    if (object < objects_) window_.restore_object(object, window);
  }
  for (const nlohmann::json& entry : saved.at("above")) {
    const std::size_t s = find(static_cast<Level>(entry.at(0).get<int>()), entry.at(1));
    if (s >= subject_count()) continue;
    above_[s] = 1;
    const auto since = entry.at(2).get<std::array<std::uint64_t, vector_count>>();
    for (const Vector v : all_vectors()) above_since_ms_[s][v] = since[static_cast<std::size_t>(v)];
  }
}

}  // namespace sekimori
