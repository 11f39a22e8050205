#include "control/diagnose/kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace sekimori {
namespace {

TEST(KindRules, HaveEveryKindOnce) {
  std::set<IncidentKind> kinds;
  for (const KindRule& rule : kind_rules()) {
    EXPECT_TRUE(kinds.insert(rule.kind).second);
    EXPECT_FALSE(rule.criteria.empty());
  }
  EXPECT_FALSE(kinds.contains(IncidentKind::unknown));
  EXPECT_EQ(kinds.size(), incident_kind_texts.size() - 1);
}

TEST(Recognise, SaysWhatWasWantedAndWhatWasFound) {
  Features features;
  features.syn = 0.97;
  features.distinct_sources = 0.99;
  features.completed = 0.01;
  features.proved = 0;
  const Diagnosis diagnosis = recognise(features);
  EXPECT_EQ(diagnosis.kind, IncidentKind::syn_flood_spoofed);
  for (const Candidate& candidate : diagnosis.candidates) {
    if (candidate.kind != IncidentKind::syn_flood_spoofed) continue;
    EXPECT_EQ(candidate.criteria.front().wanted, "at least 50 %");
    EXPECT_EQ(candidate.criteria.front().found, "97 %");
    EXPECT_TRUE(candidate.criteria.front().met);
  }
}

TEST(Recognise, KnowsThatItDoesNotKnow) {
  const Diagnosis diagnosis = recognise(Features{});
  EXPECT_EQ(diagnosis.kind, IncidentKind::unknown);
  for (const Candidate& candidate : diagnosis.candidates) {
    for (const Criterion& criterion : candidate.criteria) {
      if (criterion.found != "not known") continue;
      EXPECT_FALSE(criterion.met);
    }
  }
}

TEST(Recognise, NamesTheProtocolOfAnAmplification) {
  Features features;
  features.udp = 0.99;
  features.fragments = 0.7;
  features.reflectors = 0.95;
  features.responses = 1;
  features.reflector = "DNS";
  const Diagnosis diagnosis = recognise(features);
  EXPECT_EQ(diagnosis.kind, IncidentKind::amplification);
  EXPECT_EQ(diagnosis.protocol, "DNS");
}

TEST(Amplifiers, AreKnownByTheirPorts) {
  EXPECT_EQ(amplifier_of(53), "DNS");
  EXPECT_EQ(amplifier_of(123), "NTP");
  EXPECT_EQ(amplifier_of(4'500), "ISAKMP");
  EXPECT_EQ(amplifier_of(11'211), "memcached");
  EXPECT_EQ(amplifier_of(80), "");
}

TEST(Advice, IsThereForEveryKindAndAsksForWhatWaits) {
  for (std::size_t kind = 0; kind < incident_kind_texts.size(); ++kind) {
    Incident incident;
    incident.diagnosis.kind = static_cast<IncidentKind>(kind);
    EXPECT_FALSE(advice_for(incident).empty()) << incident_kind_texts[kind].name;
    ActionRecord action;
    action.id = 42;
    action.state = ActionState::waiting;
    incident.actions.push_back(action);
    EXPECT_THAT(advice_for(incident).front(), testing::HasSubstr("action 42"));
  }
}

}  // namespace
}  // namespace sekimori
