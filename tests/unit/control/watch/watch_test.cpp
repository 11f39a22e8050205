// Control's thinking against a modelled site: what is seen, what is done, and that it ends.

#include "control/watch/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/watch/site_model.hpp"

namespace sekimori::test {
namespace {

using testing::HasSubstr;

/// Twenty objects with their usual load, watched for so long that it is known.
WatchBed calm_bed(Policy policy = SiteModel::policy(20)) {
  WatchBed bed{std::move(policy)};
  bed.site.usual_load(50);
  bed.run(70);
  EXPECT_TRUE(bed.handed_out.empty());
  EXPECT_TRUE(bed.measures.empty());
  return bed;
}

PlacedPrefix placed(const char* text) {
  PlacedPrefix prefix;
  prefix.value = *Prefix::parse(text);
  return prefix;
}

Stream spoofed_syns(std::size_t object, double rate = 10'000) {
  return {.object = object, .traffic = Traffic::syn, .packets_per_s = rate};
}

Stream udp_flood(std::size_t object, double rate) {
  return {.object = object, .traffic = Traffic::udp, .packets_per_s = rate, .bytes = 500};
}

TEST(Watch, RecordsAFloodWithinThreeSecondsAndMitigatesWithinOneMore) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(3));
  const std::uint64_t flood_ms = bed.site.ms();
  while (bed.handed_out.empty()) bed.step();
  EXPECT_LE(bed.site.ms() - flood_ms, 3'000U);
  const std::uint64_t recorded_ms = bed.site.ms();
  while (bed.measures.empty()) bed.step();
  EXPECT_LE(bed.site.ms() - recorded_ms, 1'000U);
  EXPECT_EQ(text_of(bed.measures), "o3 authenticate");

  bed.run(10);
  const Incident incident = bed.only_incident();
  EXPECT_EQ(incident.subject, (Subject{.level = Level::object, .name = "o3"}));
  EXPECT_EQ(incident.diagnosis.kind, IncidentKind::syn_flood_spoofed);
  EXPECT_EQ(incident.vectors.front(), Vector::syn);
  EXPECT_GT(incident.peak_rate, 9'000);
  EXPECT_EQ(incident.threshold, 1'000);
  EXPECT_EQ(incident.unaffected_count, 19U);
  EXPECT_EQ(incident.unaffected.size(), 19U);
  ASSERT_EQ(incident.affected.size(), 1U);
  EXPECT_EQ(incident.affected.front().object, "o3");
  EXPECT_FALSE(incident.next_steps.empty());
  EXPECT_TRUE(incident.mitigated_ms.has_value());
  EXPECT_FALSE(incident.ended_ms.has_value());
  // The whole table is in the record, also the kinds that it is not.
  EXPECT_EQ(incident.diagnosis.candidates.size(), incident_kind_texts.size() - 1);
}

TEST(Watch, ShowsWhereAFloodComesFromAndWhatItLooksLike) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(3));
  bed.run(5);
  const Incident incident = bed.only_incident();
  ASSERT_FALSE(incident.ports.empty());
  EXPECT_EQ(incident.ports.front().what, "80/TCP");
  ASSERT_FALSE(incident.shapes.empty());
  EXPECT_EQ(incident.shapes.front().what, "TCP SYN, 64 bytes, TTL 57");
  EXPECT_GT(incident.shapes.front().share, 0.8);
  ASSERT_FALSE(incident.sources.empty());
  EXPECT_THAT(incident.sources.back().what, HasSubstr("sources in"));
  ASSERT_EQ(incident.samples.size(), 10U);
  EXPECT_THAT(incident.samples.front().hex, testing::StartsWith("000000000000"));
  EXPECT_THAT(incident.timeline.front().text, HasSubstr("rose above its threshold"));
}

TEST(Watch, ReturnsToNormalByItselfWhenTheFloodEnds) {
  WatchBed bed = calm_bed();
  const auto flood = bed.site.add(spoofed_syns(3));
  bed.run(60);
  EXPECT_EQ(bed.watch.object(3).vectors[Vector::syn].state, LadderState::authenticate);
  bed.site.remove(flood);
  bed.run(120);
  EXPECT_TRUE(bed.measures.empty());
  EXPECT_TRUE(bed.watch.open_incidents().empty());
  EXPECT_EQ(bed.watch.object(3).vectors[Vector::syn].state, LadderState::normal);
  const Incident incident = bed.only_incident();
  EXPECT_TRUE(incident.ended_ms.has_value());
  ASSERT_EQ(incident.actions.size(), 1U);
  EXPECT_EQ(incident.actions.front().state, ActionState::ended);
  EXPECT_THAT(incident.actions.front().real, HasSubstr("packets/s to"));
}

TEST(Watch, RenewsMeasuresBeforeTheirTimeIsOver) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(3));
  bed.run(5);
  std::uint64_t last_ms = bed.site.ms();
  for (int i = 0; i < 1'000; ++i) {
    bed.step();
    if (bed.last.measures_changed) {
      EXPECT_LE(bed.site.ms() - last_ms, measure_lifetime_ms / 2 + 100);
      EXPECT_EQ(text_of(bed.last.measures), "o3 authenticate");
      last_ms = bed.site.ms();
    }
  }
  EXPECT_LE(bed.site.ms() - last_ms, measure_lifetime_ms / 2 + 100);
}

TEST(Watch, TellsADataplaneThatCameBackWhatIsInForce) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(3));
  bed.run(5);
  bed.site.dataplane_alive = false;
  bed.run(2);
  EXPECT_FALSE(bed.last.measures_changed);
  bed.site.restart_dataplane();
  bed.site.dataplane_alive = true;
  bed.step();
  EXPECT_TRUE(bed.last.measures_changed);
  EXPECT_EQ(text_of(bed.last.measures), "o3 authenticate");
  bed.run(10);
  EXPECT_EQ(bed.handed_out.size(), 1U);
  EXPECT_EQ(text_of(bed.measures), "o3 authenticate");
}

TEST(Watch, SeesNoAttackInCountersThatBeginAnew) {
  WatchBed bed = calm_bed();
  bed.site.restart_dataplane();
  bed.run(10);
  EXPECT_TRUE(bed.handed_out.empty());
}

TEST(Watch, GoesOnAfterAGapInItsObservations) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(3));
  bed.run(5);
  bed.step(45'000);
  EXPECT_EQ(text_of(bed.measures), "o3 authenticate");
  bed.run(5);
  EXPECT_EQ(text_of(bed.measures), "o3 authenticate");
  EXPECT_EQ(bed.handed_out.size(), 1U);
}

TEST(Watch, BlocksProvedSourcesThatStandOutAndNeverProtectedOnes) {
  Policy policy = SiteModel::policy(20);
  for (ObjectPolicy& object : policy.objects) object.syn = SynMode::proxy;
  // Of the ten that flood, one is the management's, two allowed for all, and one for the object.
  policy.box.management.push_back(placed("198.51.100.1"));
  policy.box.allow.push_back(placed("198.51.100.2/31"));
  policy.objects[3].allow.push_back(placed("198.51.100.4"));
  WatchBed bed = calm_bed(policy);
  bed.site.add({.object = 3, .traffic = Traffic::syn, .packets_per_s = 4'000, .sources = 10});
  bed.site.add({.object = 3, .traffic = Traffic::segments, .packets_per_s = 8'000, .sources = 10});
  bed.run(10);
  EXPECT_EQ(text_of(bed.measures), "o3 block 6");
  ASSERT_EQ(bed.measures.size(), 1U);
  const auto& blocked = std::get<BlockSources>(bed.measures.front().kind).sources;
  EXPECT_EQ(blocked.front(), *Prefix::parse("198.51.100.5"));
  EXPECT_EQ(blocked.back(), *Prefix::parse("198.51.100.10"));
  EXPECT_EQ(bed.only_incident().diagnosis.kind, IncidentKind::connection_flood);
}

TEST(Watch, RaisesAnEnforcedLimitWithinTheCapacity) {
  Policy policy = SiteModel::policy(20);
  policy.objects[3].capacity.packets_per_s = 6'000;
  policy.objects[3].limits[static_cast<std::size_t>(TrafficClass::udp)].packets_per_s = 3'000;
  WatchBed bed = calm_bed(policy);
  bed.site.add(udp_flood(3, 9'000));
  std::uint64_t highest = 0;
  for (int i = 0; i < 600; ++i) {
    bed.step();
    for (const Measure& measure : bed.measures) {
      if (const auto* limit = std::get_if<LimitTraffic>(&measure.kind)) {
        highest = std::max(highest, limit->packets_per_s);
      }
    }
  }
  EXPECT_GT(highest, 3'000U);
  EXPECT_LE(highest, 6'000U);
}

TEST(Watch, GivesUpOneAddressWhenAnOperatorApproves) {
  Policy policy = SiteModel::policy(20);
  policy.objects[3].capacity.packets_per_s = 6'000;
  WatchBed bed = calm_bed(policy);
  bed.site.add(udp_flood(3, 30'000));
  bed.run(10);
  EXPECT_TRUE(bed.measures.empty());
  const Incident waiting = bed.only_incident();
  const auto action =
      std::ranges::find(waiting.actions, ActionState::waiting, &ActionRecord::state);
  ASSERT_NE(action, waiting.actions.end());
  EXPECT_THAT(waiting.next_steps.front(), HasSubstr("approve or reject"));
  EXPECT_FALSE(bed.watch.approve(9'999, "alice").has_value());
  EXPECT_TRUE(bed.watch.approve(action->id, "alice").has_value());
  EXPECT_FALSE(bed.watch.approve(action->id, "bob").has_value());
  bed.step();
  EXPECT_EQ(text_of(bed.measures), "o3 give up 192.0.2.4/32");
  EXPECT_TRUE(bed.watch.reject(action->id, "bob").has_value());
  bed.run(30);
  EXPECT_TRUE(bed.measures.empty());
}

TEST(Watch, ALoadThatMakesTheBoxLosePacketsEndangersOthers) {
  Policy policy = SiteModel::policy(20);
  policy.objects[3].ladder.give_up = Permission::granted;
  WatchBed bed = calm_bed(policy);
  bed.site.add(udp_flood(3, 300'000));
  for (int i = 0; i < 100; ++i) {
    bed.site.lost_packets += 500;
    bed.step();
  }
  EXPECT_EQ(text_of(bed.measures), "o3 give up 192.0.2.4/32");
  const Incident incident = bed.only_incident();
  ASSERT_FALSE(incident.actions.empty());
  EXPECT_THAT(incident.actions.back().evidence, HasSubstr("the box loses "));
}

TEST(Watch, SeesALinkThatIsDownAsSuch) {
  WatchBed bed = calm_bed();
  bed.site.outside_up = false;
  bed.run(3);
  Incident incident = bed.only_incident();
  EXPECT_EQ(incident.subject, (Subject{.level = Level::box, .name = "outside link"}));
  EXPECT_EQ(incident.diagnosis.kind, IncidentKind::link_down);
  EXPECT_EQ(incident.affected.size(), 20U);
  bed.site.outside_up = true;
  bed.run(5);
  EXPECT_TRUE(bed.only_incident().ended_ms.has_value());
}

TEST(Watch, SeesAServerThatDoesNotAnswer) {
  WatchBed bed = calm_bed();
  bed.site.silence_server(3, true);
  bed.run(4);
  EXPECT_EQ(bed.only_incident().diagnosis.kind, IncidentKind::server_not_answering);
  EXPECT_EQ(bed.only_incident().subject.name, "o3");
  EXPECT_TRUE(bed.measures.empty());
  bed.site.silence_server(3, false);
  bed.run(10);
  EXPECT_TRUE(bed.only_incident().ended_ms.has_value());
}

TEST(Watch, SuspectsThePolicyWhenItWasChangedJustBefore) {
  WatchBed bed = calm_bed();
  Policy changed = *bed.policy;
  changed.objects[3].threshold[Vector::syn] = 20;
  bed.watch.replace_policy(std::make_shared<const Policy>(std::move(changed)), {});
  bed.run(5);
  const Incident incident = bed.only_incident();
  EXPECT_EQ(incident.subject.name, "o3");
  EXPECT_EQ(incident.diagnosis.kind, IncidentKind::policy_change);
}

TEST(Watch, EndsWhatItDidForAnObjectThatThePolicyNoLongerHas) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(19));
  bed.run(5);
  EXPECT_EQ(text_of(bed.measures), "o19 authenticate");
  Policy smaller = *bed.policy;
  smaller.objects.pop_back();
  const auto policy = std::make_shared<const Policy>(std::move(smaller));
  bed.watch.replace_policy(policy, {});
  bed.site.replace_policy(policy);
  bed.run(2);
  EXPECT_TRUE(bed.measures.empty());
  EXPECT_TRUE(bed.only_incident().ended_ms.has_value());
}

TEST(Watch, EndsWhatItDidForAThresholdThatThePolicyNoLongerHas) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(3));
  bed.run(5);
  Policy without = *bed.policy;
  without.objects[3].threshold = {};
  bed.watch.replace_policy(std::make_shared<const Policy>(std::move(without)), {});
  bed.run(100);
  EXPECT_TRUE(bed.measures.empty());
  EXPECT_TRUE(bed.only_incident().ended_ms.has_value());
}

TEST(Watch, KeepsItsMeasuresOverAPolicyThatMovesTheObject) {
  WatchBed bed = calm_bed();
  const auto flood = bed.site.add(spoofed_syns(1));
  bed.run(5);
  Policy moved = *bed.policy;
  std::swap(moved.objects[0], moved.objects[1]);
  const auto policy = std::make_shared<const Policy>(std::move(moved));
  bed.watch.replace_policy(policy, {});
  bed.site.replace_policy(policy);
  bed.site.remove(flood);
  bed.site.add(spoofed_syns(0));
  bed.run(10);
  EXPECT_EQ(text_of(bed.measures), "o1 authenticate");
  EXPECT_EQ(bed.only_incident().actions.size(), 1U);
}

TEST(Watch, ARestartedControlContinues) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(3));
  bed.run(20);
  const nlohmann::json saved = nlohmann::json::parse(bed.watch.save().dump());
  bed.watch = Watch{bed.policy, {}, {}};
  ASSERT_TRUE(bed.watch.restore(saved).has_value());
  bed.step(3'000);
  EXPECT_TRUE(bed.last.measures_changed);
  EXPECT_EQ(text_of(bed.last.measures), "o3 authenticate");
  bed.run(30);
  EXPECT_EQ(text_of(bed.measures), "o3 authenticate");
  EXPECT_EQ(bed.only_incident().actions.size(), 1U);
}

TEST(Watch, RefusesAStateThatItDidNotSave) {
  WatchBed bed = calm_bed();
  const auto before = bed.watch.save();
  for (const char* text : {"{}", "[]", R"({"version": 99})", "null"}) {
    const auto restored = bed.watch.restore(nlohmann::json::parse(text));
    ASSERT_FALSE(restored.has_value()) << text;
    EXPECT_THAT(restored.error(), HasSubstr("the saved state cannot be used"));
  }
  EXPECT_EQ(bed.watch.save(), before);
}

TEST(Watch, CountsWhatItKnows) {
  WatchBed bed = calm_bed();
  bed.site.add(spoofed_syns(3));
  bed.run(5);
  const WatchTotals totals = bed.watch.totals();
  EXPECT_EQ(totals.objects, 20U);
  EXPECT_EQ(totals.prefixes, 1U);
  EXPECT_EQ(totals.open_incidents, 1U);
  EXPECT_EQ(totals.measures, 1U);
  EXPECT_EQ(totals.objects_in_state[static_cast<std::size_t>(LadderState::normal)], 19U);
  EXPECT_EQ(totals.objects_in_state[static_cast<std::size_t>(LadderState::authenticate)], 1U);
  const SubjectView view = bed.watch.object(3);
  EXPECT_GT(view.vectors[Vector::syn].offered, 9'000);
  EXPECT_LT(view.vectors[Vector::syn].passed, 1'000);
  EXPECT_NE(view.incident_id, 0U);
}

}  // namespace
}  // namespace sekimori::test
