#include "control/model/incident_json.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

namespace sekimori {
namespace {

/// A record in which no field is as in a new one.
Incident full_incident() {
  ActionRecord action{.id = 71,
                      .step = Step::block_sources,
                      .state = ActionState::in_force,
                      .object = "web",
                      .vector = Vector::syn,
                      .what = "w",
                      .reason = "r",
                      .evidence = "e",
                      .expected = "x",
                      .real = "y",
                      .began_ms = 9,
                      .ended_ms = 10};
  return {.id = std::numeric_limits<std::uint64_t>::max(),
          .subject = {.level = Level::tenant, .name = "kita"},
          .tenant = "北",
          .vectors = {Vector::syn, Vector::packets},
          .first_abnormal_ms = 1,
          .recorded_ms = 2,
          .mitigated_ms = 3,
          .ended_ms = 4,
          .peak_rate = 1.25e6,
          .threshold = 0.1,
          .diagnosis = {.kind = IncidentKind::amplification,
                        .protocol = "NTP",
                        .candidates = {{.kind = IncidentKind::udp_flood,
                                        .criteria = {{.what = "share",
                                                      .wanted = "at least 80 %",
                                                      .found = "97 %",
                                                      .met = true}}}}},
          .affected = {{.object = "web", .tenant = "kita"}},
          .unaffected = {{.object = "mail", .tenant = "minami"}},
          .unaffected_count = 216,
          .sources = {{.what = "198.51.100.7", .share = 0.5}},
          .ports = {{.what = "80/tcp", .share = 1}},
          .shapes = {{.what = "TCP SYN, 60 bytes", .share = 0.75}},
          .samples = {{.at_ms = 5, .summary = "s", .fate = "reply", .hex = "00ff"}},
          .actions = {action},
          .timeline = {{.at_ms = 6, .text = "t\n\"quoted\""}},
          .next_steps = {"call", "wait"}};
}

TEST(IncidentJson, ReadsBackWhatItWrote) {
  for (const Incident& incident : {full_incident(), Incident{}}) {
    const Json json = incident_json(incident);
    const auto read = incident_from_json(Json::parse(json.dump()));
    ASSERT_TRUE(read.has_value()) << read.error();
    EXPECT_EQ(incident_json(*read), json);
  }
}

TEST(IncidentJson, WritesNoFieldOfAFullRecordAsInANewOne) {
  const Json full = incident_json(full_incident());
  const Json fresh = incident_json({});
  for (const auto& [key, value] : full.items()) EXPECT_NE(value, fresh.at(key)) << key;
  const Json new_action = action_json({});
  for (const auto& [key, value] : full.at("actions").at(0).items()) {
    EXPECT_NE(value, new_action.at(key)) << key;
  }
}

TEST(IncidentJson, NamesWhatIsOneOfAList) {
  const Json json = incident_json(full_incident());
  EXPECT_EQ(json.at("vectors"), Json::parse(R"(["syn", "packets"])"));
  EXPECT_EQ(json.at("subject").at("level"), "tenant");
  EXPECT_EQ(json.at("diagnosis").at("kind"), "amplification");
  EXPECT_EQ(json.at("actions").at(0).at("step"), "block-sources");
  EXPECT_EQ(json.at("actions").at(0).at("state"), "in-force");
  EXPECT_EQ(incident_json({}).at("ended_ms"), nullptr);
}

TEST(IncidentJson, ReadsEveryKind) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < incident_kind_texts.size(); ++i) {
    Incident incident;
    incident.diagnosis.kind = static_cast<IncidentKind>(i);
    const Json json = incident_json(incident);
    names.insert(json.at("diagnosis").at("kind").get<std::string>());
    EXPECT_EQ(incident_from_json(json)->diagnosis.kind, incident.diagnosis.kind);
  }
  EXPECT_EQ(names.size(), incident_kind_texts.size());
}

TEST(IncidentJson, HasOnlyNumbersThatJsonHas) {
  Incident incident;
  incident.peak_rate = std::numeric_limits<double>::infinity();
  EXPECT_EQ(incident_json(incident).at("peak_rate"), 0.0);
}

TEST(IncidentJson, ReadsWhatAnotherVersionWrote) {
  const auto read = incident_from_json(Json::parse(R"({"id": 7, "colour": "red"})"));
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->id, 7U);
}

TEST(IncidentJson, SaysWhereAFaultIs) {
  const auto fault_of = [](const char* text) {
    const auto read = incident_from_json(Json::parse(text));
    return read ? std::string{} : read.error();
  };
  EXPECT_EQ(fault_of("[]"), "/ has to be an object");
  EXPECT_EQ(fault_of(R"({"id": -1})"), "/id has to be a whole number that fits");
  EXPECT_EQ(fault_of(R"({"unaffected_count": 4294967296})"),
            "/unaffected_count has to be a whole number that fits");
  EXPECT_EQ(fault_of(R"({"tenant": 1})"), "/tenant has to be a string");
  EXPECT_EQ(fault_of(R"({"vectors": ["syn", "sin"]})"), "/vectors/1 has to be a known name");
  EXPECT_EQ(fault_of(R"({"vectors": "syn"})"), "/vectors has to be a list");
  EXPECT_EQ(fault_of(R"({"peak_rate": "x"})"), "/peak_rate has to be a number");
  EXPECT_EQ(fault_of(R"({"diagnosis": {"candidates": [{"criteria": [{"met": 1}]}]}})"),
            "/diagnosis/candidates/0/criteria/0/met has to be true or false");
  EXPECT_EQ(fault_of(R"({"ended_ms": null})"), "");
}

}  // namespace
}  // namespace sekimori
