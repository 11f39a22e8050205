#include "control/notify/notice_text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "control/notify/phrases.hpp"
#include "tests/support/notices.hpp"

namespace sekimori {
namespace {

using test::ended_incident;
using test::sample_incident;

const std::string folder = "tests/unit/control/notify/golden/";

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

NoticeView finished(NoticeView view, Occasion occasion) {
  view.occasion = occasion;
  view.node = "seki-1";
  view.sent_ms = 1'748'927'130'000;
  if (!view.for_operators()) view.inquiries = {"noc@operators.example"};
  return view;
}

NoticeView test_view() {
  NoticeView view;
  view.tenant = "kita";
  return finished(view, Occasion::test);
}

Incident unknown_ended() {
  Incident incident = ended_incident();
  incident.diagnosis.kind = IncidentKind::unknown;
  incident.actions.clear();
  return incident;
}

Incident amplification_of_prefix() {
  Incident incident = sample_incident();
  incident.subject = {.level = Level::prefix, .name = "192.0.2.0/24"};
  incident.tenant = "";
  incident.vectors = {Vector::bits};
  incident.peak_rate = 12.34e9;
  incident.threshold = 800e6;
  incident.diagnosis.kind = IncidentKind::amplification;
  incident.diagnosis.protocol = "DNS";
  incident.actions.clear();
  return incident;
}

Incident silent_server() {
  Incident incident = sample_incident();
  incident.vectors.clear();
  incident.diagnosis.kind = IncidentKind::server_not_answering;
  incident.affected.pop_back();
  incident.actions.clear();
  return incident;
}

struct Golden {
  std::string name;
  NoticeView view;
};

/// Every file holds the subject, an empty line and the text. SEKIMORI_BLESS=1 writes them.
TEST(NoticeText, IsAsItStandsInTheFiles) {
  const Golden cases[] = {
      {"opened_tenant", finished(tenant_view(sample_incident(), "kita"), Occasion::opened)},
      {"opened_operators", finished(operators_view(sample_incident()), Occasion::opened)},
      {"changed_tenant_prefix",
       finished(tenant_view(amplification_of_prefix(), "minami"), Occasion::changed)},
      {"changed_operators_prefix",
       finished(operators_view(amplification_of_prefix()), Occasion::changed)},
      {"opened_no_attack", finished(tenant_view(silent_server(), "kita"), Occasion::opened)},
      {"ended_tenant", finished(tenant_view(ended_incident(), "kita"), Occasion::ended)},
      {"ended_operators", finished(operators_view(ended_incident()), Occasion::ended)},
      {"ended_unknown", finished(tenant_view(unknown_ended(), "kita"), Occasion::ended)},
      {"test", test_view()},
  };
  for (const Golden& golden : cases) {
    for (const Language language : {Language::ja, Language::en}) {
      const NoticeText notice = notice_text(golden.view, language);
      const std::string path =
          folder + golden.name + (language == Language::ja ? "_ja.txt" : "_en.txt");
      const std::string content = notice.subject + "\n\n" + notice.text;
      if (std::getenv("SEKIMORI_BLESS") != nullptr) std::ofstream{path} << content;
      EXPECT_EQ(content, read(path)) << path;
      EXPECT_EQ(notice.subject.find('\n'), std::string::npos);
      EXPECT_EQ(content.find('{'), std::string::npos) << "a place was left open";
    }
  }
}

TEST(NoticeText, TenantsNeverSeeOthers) {
  for (const Incident& incident :
       {sample_incident(), ended_incident(), amplification_of_prefix(), silent_server()}) {
    for (const Language language : {Language::ja, Language::en}) {
      const NoticeText notice =
          notice_text(finished(tenant_view(incident, "kita"), Occasion::changed), language);
      for (const char* other : {"minami", "nishi", "215", "198.51.100", "Ask the carrier"}) {
        EXPECT_EQ((notice.subject + notice.text).find(other), std::string::npos) << other;
      }
    }
  }
}

TEST(NoticeText, NamesCannotMakeLines) {
  Incident incident = sample_incident();
  incident.affected[0].object = "web\r\n\r\nAll is well.";
  incident.diagnosis.kind = IncidentKind::amplification;
  incident.diagnosis.protocol = "DNS\nAll is well.";
  const NoticeText notice = notice_text(operators_view(incident), Language::en);
  EXPECT_EQ(notice.text.find("\nAll is well."), std::string::npos);
  EXPECT_EQ(notice.subject.find('\n'), std::string::npos);
}

TEST(NoticeText, EveryWordIsThere) {
  for (const Language language : {Language::ja, Language::en}) {
    const Phrases& words = phrases(language);
    const auto filled = [](const auto& list) {
      for (const std::string_view word : list) EXPECT_FALSE(word.empty());
    };
    filled(words.kinds);
    filled(words.vectors);
    filled(words.steps);
    filled(words.action_states);
    filled(words.subjects);
    filled(words.introductions);
    filled(words.abouts);
  }
}

TEST(Phrases, TimesAreThoseOfTheReader) {
  EXPECT_EQ(time_text(1'748'927'122'999, Language::en), "2025-06-03 05:05:22 UTC");
  EXPECT_EQ(time_text(1'748'927'122'999, Language::ja), "2025年6月3日 14:05:22 JST");
  EXPECT_EQ(time_text(1'735'657'200'000, Language::ja), "2025年1月1日 00:00:00 JST");
  EXPECT_EQ(rfc3339(1'748'927'122'007), "2025-06-03T05:05:22.007Z");
}

TEST(Phrases, RatesCarryTheirUnit) {
  EXPECT_EQ(rate_text(1'234'567.4, Unit::packets_per_s, Language::en), "1,234,567 packets/s");
  EXPECT_EQ(rate_text(999, Unit::packets_per_s, Language::ja), "毎秒999パケット");
  EXPECT_EQ(rate_text(12.34e9, Unit::bits_per_s, Language::en), "12.3 Gbit/s");
  EXPECT_EQ(rate_text(800, Unit::bits_per_s, Language::ja), "800 bps");
  EXPECT_EQ(rate_text(5'000, Unit::per_s, Language::ja), "毎秒5,000件");
  EXPECT_EQ(rate_text(-1, Unit::per_s, Language::en), "0/s");
}

TEST(Phrases, WhatIsFilledInIsNotFilledAgain) {
  EXPECT_EQ(fill("{a}-{b}", {{"a", "{b}"}, {"b", "2"}}), "{b}-2");
  EXPECT_EQ(fill("{missing}.", {}), ".");
}

}  // namespace
}  // namespace sekimori
