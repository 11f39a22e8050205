// What holds for everything that control decides, whatever attacks a site and whatever its policy
// permits.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "control/ladder/blocked_sources.hpp"
#include "control/model/incident_json.hpp"
#include "tests/unit/control/watch/site_model.hpp"

namespace sekimori::test {
namespace {

constexpr std::size_t objects = 8;

Permission any_permission() {
  return *rc::gen::element(Permission::never, Permission::monitor, Permission::ask,
                           Permission::granted, Permission::granted);
}

/// Short times, so that much happens in few steps.
Policy any_policy() {
  Policy policy = SiteModel::policy(objects);
  policy.detection.calm_after_s = 2;
  policy.detection.step_after_ms = 800;
  policy.detection.give_up_for_s = 4;
  policy.detection.probe_s = 1;
  for (ObjectPolicy& object : policy.objects) {
    object.syn = *rc::gen::element(SynMode::off, SynMode::proxy);
    object.ladder.authenticate = any_permission();
    object.ladder.block_sources = any_permission();
    object.ladder.raise_threshold = any_permission();
    object.ladder.give_up = any_permission();
    object.capacity.packets_per_s = *rc::gen::element(0U, 1'500U, 6'000U, 50'000U);
    object.capacity.new_connections_per_s = *rc::gen::element(0U, 500U, 3'000U);
    LimitPolicy& udp = object.limits[static_cast<std::size_t>(TrafficClass::udp)];
    udp.packets_per_s = *rc::gen::element(0U, 2'500U);
  }
  PlacedPrefix management;
  management.value = *Prefix::parse("198.51.100.0/30");
  policy.box.management.push_back(management);
  return policy;
}

std::vector<Stream> any_attacks() {
  std::vector<Stream> streams;
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    streams.push_back({.object = *rc::gen::inRange<std::size_t>(0, objects),
                       .traffic = *rc::gen::element(Traffic::syn, Traffic::segments, Traffic::udp,
                                                    Traffic::icmp, Traffic::fragments),
                       .packets_per_s = *rc::gen::element(600.0, 1'500.0, 5'000.0, 30'000.0),
                       .sources = *rc::gen::element(0U, 8U, 300U)});
  }
  return streams;
}

double bound_of(const ObjectPolicy& object) {
  return static_cast<double>(object.capacity.packets_per_s);
}

void check(const Measure& measure, const Policy& policy, const std::set<std::size_t>& attacked) {
  std::size_t index = 0;
  while (index < objects && policy.objects[index].name.value != measure.object) ++index;
  RC_ASSERT(attacked.contains(index));
  const ObjectPolicy& object = policy.objects[index];
  if (const auto* block = std::get_if<BlockSources>(&measure.kind)) {
    RC_ASSERT(block->sources.size() <= BlockedSources::max_sources);
    for (const Prefix& source : block->sources) {
      RC_ASSERT(!policy.box.management.front().value.contains(source.address));
    }
  } else if (const auto* limit = std::get_if<LimitTraffic>(&measure.kind)) {
    RC_ASSERT(static_cast<double>(limit->packets_per_s) <= bound_of(object));
  } else if (const auto* given_up = std::get_if<GiveUpDestination>(&measure.kind)) {
    RC_ASSERT(given_up->destination == object.prefixes.front().value);
  }
}

RC_GTEST_PROP(WatchProperty, OnlyWhatIsAttackedIsTouchedAndAllEndsWithTheAttacks, ()) {
  WatchBed bed{any_policy(), *rc::gen::arbitrary<std::uint32_t>()};
  bed.site.usual_load(20);
  bed.site.samples_per_s = 300;
  bed.run(3);
  std::set<std::size_t> attacked;
  std::vector<std::uint64_t> streams;
  for (const Stream& stream : any_attacks()) {
    attacked.insert(stream.object);
    streams.push_back(bed.site.add(stream));
  }
  for (int i = 0; i < 150; ++i) {
    bed.step();
    for (const Measure& measure : bed.measures) check(measure, *bed.policy, attacked);
  }
  for (const std::uint64_t stream : streams) bed.site.remove(stream);
  bed.run(8 * 60 + 120, 4'000);
  RC_ASSERT(bed.measures.empty());
  RC_ASSERT(bed.watch.open_incidents().empty());
  for (const auto& [id, incident] : bed.handed_out) RC_ASSERT(incident.ended_ms.has_value());
}

std::string actions_of(const std::vector<Incident>& incidents) {
  std::string text;
  for (const Incident& incident : incidents) {
    text += incident.subject.name;
    for (const ActionRecord& action : incident.actions) {
      text += ' ';
      text += std::to_string(action.id);
      text += step_names[static_cast<std::size_t>(action.step)];
      text += action_state_names[static_cast<std::size_t>(action.state)];
    }
    text += '\n';
  }
  return text;
}

RC_GTEST_PROP(WatchProperty, TheSameObservationsGiveTheSameDecisionsAlsoAcrossARestart, ()) {
  WatchBed bed{any_policy(), *rc::gen::arbitrary<std::uint32_t>()};
  Watch same{bed.policy, {}, {}};
  Watch restarted{bed.policy, {}, {}};
  bed.site.usual_load(20);
  bed.site.samples_per_s = 300;
  for (const Stream& stream : any_attacks()) bed.site.add(stream);
  // Not while something rises: rates of calm objects are not saved.
  const int restart_at = *rc::gen::inRange(30, 60);
  for (int i = 0; i < 150; ++i) {
    const Observation observation = bed.site.observe();
    const std::vector<Measure> before = bed.watch.measures();
    if (i == restart_at) {
      const auto saved = nlohmann::json::parse(restarted.save().dump());
      restarted = Watch{bed.policy, {}, {}};
      RC_ASSERT(restarted.restore(saved).has_value());
    }
    const WatchDecision decision = bed.watch.step(observation);
    const WatchDecision repeated = same.step(observation);
    static_cast<void>(restarted.step(observation));
    RC_ASSERT(decision.measures_changed == repeated.measures_changed);
    RC_ASSERT(decision.measures == repeated.measures);
    RC_ASSERT(decision.incidents.size() == repeated.incidents.size());
    for (std::size_t n = 0; n < decision.incidents.size(); ++n) {
      RC_ASSERT(incident_json(decision.incidents[n]) == incident_json(repeated.incidents[n]));
    }
    if (decision.measures_changed) bed.site.put_in_force(decision.measures);
    if (i == restart_at) RC_ASSERT(restarted.measures() == before);
  }
  RC_ASSERT(restarted.open_incidents().size() == bed.watch.open_incidents().size());
  RC_ASSERT(actions_of(bed.watch.open_incidents()) == actions_of(same.open_incidents()));
}

}  // namespace
}  // namespace sekimori::test
