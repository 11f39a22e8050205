#include "control/daemon/incident_counts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sekimori {
namespace {

Incident flood(std::uint64_t id) {
  Incident incident;
  incident.id = id;
  incident.diagnosis.kind = IncidentKind::syn_flood_spoofed;
  return incident;
}

void add_action(Incident& incident, std::uint64_t id, ActionState state) {
  ActionRecord action;
  action.id = id;
  action.step = Step::authenticate;
  action.state = state;
  incident.actions.push_back(action);
}

MetricsInput filled(const IncidentCounts& counts) {
  MetricsInput input;
  counts.fill(input);
  return input;
}

const MetricsInput::IncidentCount& of(const MetricsInput& input, IncidentKind kind) {
  return *std::ranges::find(input.incidents, kind, &MetricsInput::IncidentCount::kind);
}

const MetricsInput::ActionCount& of(const MetricsInput& input, ActionState state) {
  return *std::ranges::find_if(input.actions, [&](const MetricsInput::ActionCount& count) {
    return count.step == Step::authenticate && count.state == state;
  });
}

TEST(IncidentCounts, CountsAnIncidentOnceHoweverOftenItChanges) {
  IncidentCounts counts;
  counts.note(flood(1));
  counts.note(flood(1));
  counts.note(flood(2));
  const MetricsInput input = filled(counts);
  EXPECT_EQ(of(input, IncidentKind::syn_flood_spoofed).opened, 2U);
  EXPECT_EQ(of(input, IncidentKind::syn_flood_spoofed).open, 2U);
  EXPECT_EQ(of(input, IncidentKind::udp_flood).opened, 0U);
}

TEST(IncidentCounts, ForgetsWhatHasEnded) {
  IncidentCounts counts;
  Incident incident = flood(1);
  add_action(incident, 5, ActionState::in_force);
  counts.note(incident);
  EXPECT_EQ(of(filled(counts), ActionState::in_force).current, 1U);
  incident.actions.front().state = ActionState::ended;
  incident.ended_ms = 9;
  counts.note(incident);
  const MetricsInput input = filled(counts);
  EXPECT_EQ(of(input, IncidentKind::syn_flood_spoofed).open, 0U);
  EXPECT_EQ(of(input, IncidentKind::syn_flood_spoofed).opened, 1U);
  EXPECT_EQ(of(input, ActionState::in_force).current, 0U);
  EXPECT_EQ(of(input, ActionState::in_force).entered, 1U);
  EXPECT_EQ(of(input, ActionState::ended).entered, 1U);
}

TEST(IncidentCounts, CountsAStateWheneverAnActionComesIntoIt) {
  IncidentCounts counts;
  Incident incident = flood(1);
  add_action(incident, 5, ActionState::waiting);
  counts.note(incident);
  counts.note(incident);
  incident.actions.front().state = ActionState::in_force;
  counts.note(incident);
  const MetricsInput input = filled(counts);
  EXPECT_EQ(of(input, ActionState::waiting).entered, 1U);
  EXPECT_EQ(of(input, ActionState::waiting).current, 0U);
  EXPECT_EQ(of(input, ActionState::in_force).entered, 1U);
}

}  // namespace
}  // namespace sekimori
