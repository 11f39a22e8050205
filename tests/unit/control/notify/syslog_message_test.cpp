#include "control/notify/syslog_message.hpp"

#include <gtest/gtest.h>

#include "tests/support/notices.hpp"

namespace sekimori {
namespace {

using test::ended_incident;
using test::sample_incident;

NoticeView view_of(const Incident& incident, Occasion occasion) {
  NoticeView view = operators_view(incident);
  view.occasion = occasion;
  view.node = "seki 1";
  view.sent_ms = 1'748'927'130'250;
  return view;
}

TEST(SyslogMessage, IsThatOfRfc5424) {
  EXPECT_EQ(
      syslog_message(view_of(sample_incident(), Occasion::opened), "関守\n"),
      "<129>1 2025-06-03T05:05:30.250Z seki-1 sekimori-control - INCIDENT-OPENED "
      "[sekimori@32473 occasion=\"opened\" incident=\"42\" kind=\"syn_flood_spoofed\" "
      "level=\"object\" subject=\"web-kita\" began=\"2025-06-03T05:05:22.000Z\" affected=\"2\" "
      "objects=\"web-kita,mail-minami\" unaffected=\"215\" step=\"give-up\" "
      "step_state=\"waiting\" action=\"8\"] \xef\xbb\xbf関守 ");
}

TEST(SyslogMessage, SeverityFollowsTheOccasion) {
  const auto priority = [](const NoticeView& view) {
    const std::string message = syslog_message(view, "");
    return message.substr(0, message.find('>') + 1);
  };
  Incident calm = sample_incident();
  EXPECT_EQ(priority(view_of(calm, Occasion::changed)), "<129>");
  calm.actions.pop_back();
  EXPECT_EQ(priority(view_of(calm, Occasion::changed)), "<132>");
  EXPECT_EQ(priority(view_of(ended_incident(), Occasion::ended)), "<133>");
  EXPECT_EQ(priority(NoticeView{}), "<134>");
}

TEST(SyslogMessage, TestHasNoIncident) {
  NoticeView view;
  view.occasion = Occasion::test;
  view.sent_ms = 0;
  EXPECT_EQ(syslog_message(view, "hello"),
            "<134>1 1970-01-01T00:00:00.000Z - sekimori-control - TEST "
            "[sekimori@32473 occasion=\"test\"] \xef\xbb\xbfhello");
}

TEST(SyslogValue, EscapesWhatWouldEndIt) {
  EXPECT_EQ(syslog_value(R"(a"b\c]d[e)"), R"(a\"b\\c\]d[e)");
  EXPECT_EQ(syslog_value("line\nend"), "line end");
  EXPECT_EQ(syslog_value(std::string(5'000, 'x')).size(), 200);
}

TEST(SyslogMessage, DatagramKeepsItsStructuredData) {
  Incident incident = sample_incident();
  for (int i = 0; i < 500; ++i) {
    incident.affected.push_back({.object = "\"]" + std::to_string(i), .tenant = ""});
  }
  incident.subject.name = std::string(300, ']');
  incident.diagnosis.protocol = std::string(300, '"');
  NoticeView view = view_of(incident, Occasion::opened);
  view.node = std::string(300, 'n');
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "守";
  const std::string message = syslog_message(view, text);
  const std::string_view datagram = syslog_datagram(message);
  EXPECT_LE(datagram.size(), 2'048);
  EXPECT_GT(datagram.size(), 2'040);
  EXPECT_NE(datagram.find("] \xef\xbb\xbf守"), std::string_view::npos);
  EXPECT_TRUE(datagram.ends_with("守"));
}

TEST(SyslogMessage, FramesCountBytes) {
  EXPECT_EQ(syslog_frame("守"), "3 守");
  EXPECT_EQ(syslog_frame(""), "0 ");
}

}  // namespace
}  // namespace sekimori
