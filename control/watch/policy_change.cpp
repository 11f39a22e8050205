// What goes on when the policy becomes another one.

#include <algorithm>
#include <utility>

#include "control/watch/state.hpp"

namespace sekimori {
namespace {

std::vector<Prefix> values(const std::vector<PlacedPrefix>& placed) {
  std::vector<Prefix> prefixes;
  for (const PlacedPrefix& prefix : placed) prefixes.push_back(prefix.value);
  return prefixes;
}

/// Whether both policies treat an object's traffic alike and judge it by the same figures.
bool treats_alike(const ObjectPolicy& a, const ObjectPolicy& b) {
  const auto same_limit = [](const LimitPolicy& x, const LimitPolicy& y) {
    return x.packets_per_s == y.packets_per_s && x.bits_per_s == y.bits_per_s;
  };
  const auto same_service = [](const ServicePolicy& x, const ServicePolicy& y) {
    return x.ports.value == y.ports.value && x.syn == y.syn;
  };
  return a.threshold == b.threshold && a.ladder.level == b.ladder.level && a.syn == b.syn &&
         a.fragments == b.fragments && a.unparsed == b.unparsed &&
         a.new_connections_per_s == b.new_connections_per_s &&
         std::ranges::equal(a.limits, b.limits, same_limit) &&
         std::ranges::equal(a.services, b.services, same_service) &&
         values(a.prefixes) == values(b.prefixes) && values(a.block) == values(b.block) &&
         values(a.allow) == values(b.allow);
}

}  // namespace

void Watch::State::replace_policy(std::shared_ptr<const Policy> policy,
                                  std::span<const PerVector<std::uint64_t>> learned) {
  learned_.assign(learned.begin(), learned.end());
  const std::shared_ptr<const Policy> old_policy = std::exchange(policy_, std::move(policy));
  const std::map<Subject, std::uint32_t> old_numbers = numbers_;
  const std::unique_ptr<Detector> old_detector =
      std::exchange(detector_, std::make_unique<Detector>(*policy_, learned));
  const std::vector<std::uint64_t> old_changes = policy_changed_ms_;
  loads_ = std::make_unique<Loads>(*policy_);
  hold_ladders();
  set_apart_.assign(object_count(), 0);
  silent_since_ms_.assign(object_count(), 0);
  policy_changed_ms_.assign(object_count(), ms_);
  unaffected_ms_ = 0;
  number_subjects();
  for (std::size_t i = 0; i < object_count(); ++i) {
    const auto found = old_numbers.find(subject_of(i));
    if (found == old_numbers.end()) continue;
    const std::size_t old = found->second;
    detector_->adopt_usual(i, *old_detector, old);
    const bool same_thresholds = std::ranges::all_of(all_vectors(), [&](Vector v) {
      return detector_->threshold(i, v) == old_detector->threshold(old, v);
    });
    if (same_thresholds && treats_alike(policy_->objects[i], old_policy->objects[old])) {
      policy_changed_ms_[i] = old_changes[old];
    }
  }
  for (auto& [key, incident] : incidents_) {
    const auto translate = [&](std::set<std::uint32_t>& objects) {
      std::set<std::uint32_t> translated;
      for (const std::uint32_t object : objects) {
        const Subject subject{.level = Level::object,
                              .name = old_policy->objects[object].name.value};
        const auto found = numbers_.find(subject);
        if (found != numbers_.end()) translated.insert(found->second);
      }
      objects = std::move(translated);
    };
    translate(incident.carriers);
    translate(incident.authenticated);
  }
}

void Watch::State::replace_learned(std::span<const PerVector<std::uint64_t>> learned) {
  learned_.assign(learned.begin(), learned.end());
  detector_->set_learned(*policy_, learned);
}

}  // namespace sekimori
