// Reports of incidents beside the files in tests/golden/incident; SEKIMORI_BLESS=1 writes them.

#include "control/model/incident_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "control/model/clean_text.hpp"
#include "control/model/columns.hpp"
#include "control/model/incident_words.hpp"
#include "tests/support/sample_incident.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;
using testing::Not;

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = "tests/golden/incident/" + name;
  if (std::getenv("SEKIMORI_BLESS") != nullptr) std::ofstream{path} << text;
  std::ifstream file{path};
  const std::string golden{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_EQ(text, golden) << path;
}

std::size_t widest(const std::string& text) {
  std::istringstream lines{text};
  std::size_t most = 0;
  for (std::string line; std::getline(lines, line);) most = std::max(most, columns_of(line));
  return most;
}

TEST(IncidentReport, ShowsAFloodOnATerminal) {
  expect_golden("flood.txt", incident_text(test::flood_incident()));
}

TEST(IncidentReport, ShowsAFloodInMarkdown) {
  expect_golden("flood.md", incident_markdown(test::flood_incident()));
}

TEST(IncidentReport, SaysWhenItDoesNotKnow) {
  const std::string text = incident_text(test::unknown_incident());
  EXPECT_THAT(text, HasSubstr("Sekimori does not know what this is"));
  EXPECT_THAT(text, HasSubstr("never: no measure was in force"));
  expect_golden("unknown.txt", text);
  expect_golden("unknown.md", incident_markdown(test::unknown_incident()));
}

TEST(IncidentReport, ShowsAnEmptyRecord) {
  EXPECT_THAT(incident_text({}), HasSubstr("Nothing is left to do."));
  EXPECT_THAT(incident_markdown({}), HasSubstr("Nothing is left to do."));
}

TEST(IncidentReport, LetsNoTextFromOutsideCommandATerminal) {
  Incident incident = test::flood_incident();
  const std::string evil =
      "a\x1b[2J\x07\r\nb\xc2\x9b"
      "31m\xff";
  incident.subject.name = incident.tenant = evil;
  incident.sources = {{evil, 0.5}};
  incident.samples[0].summary = incident.samples[0].fate = evil;
  incident.actions[0].what = incident.actions[0].real = evil;
  incident.timeline[0].text = incident.next_steps[0] = evil;
  incident.diagnosis.candidates[1].criteria[0].found = evil;
  incident.affected[0] = {.object = evil, .tenant = evil};
  for (const std::string& text : {incident_text(incident), incident_markdown(incident)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\x07")));
    EXPECT_THAT(text, Not(HasSubstr("\r")));
    EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b")));
    EXPECT_THAT(text, Not(HasSubstr("\xff")));
  }
}

TEST(IncidentReport, LetsNoTextFromOutsideBecomeMarkdown) {
  Incident incident = test::flood_incident();
  incident.next_steps = {"<script>alert(1)</script> | [x](http://evil) `code` **bold**"};
  EXPECT_THAT(incident_markdown(incident),
              HasSubstr(R"(\<script\>alert(1)\</script\> \| \[x\](http://evil) \`code\` )"
                        R"(\*\*bold\*\*)"));
}

RC_GTEST_PROP(IncidentReportProperty, FitsTheTerminalWhateverItsTexts,
              (const std::string& any, std::uint64_t moment_ms)) {
  Incident incident = test::flood_incident();
  const std::string text =
      any + std::string(*rc::gen::inRange<std::size_t>(0, 300), 'x') + "守" + any;
  incident.subject.name = incident.tenant = text;
  incident.recorded_ms = moment_ms;
  incident.ended_ms = moment_ms;
  incident.diagnosis.protocol = text;
  incident.diagnosis.candidates[1].criteria[0] = {text, text, text, false};
  incident.affected = {{text, text}};
  incident.sources = {{text, 0.5}};
  incident.samples[0] = {moment_ms, text, text, text};
  incident.actions[0].what = incident.actions[0].object = text;
  incident.actions[0].id = moment_ms;
  incident.timeline[0].text = incident.next_steps[0] = text;
  RC_ASSERT(widest(incident_text(incident)) <= report_columns);
}

TEST(IncidentWords, WritesDurations) {
  const std::vector<std::pair<std::uint64_t, std::string>> rows{{0, "0 ms"},
                                                                {999, "999 ms"},
                                                                {1'250, "1.2 s"},
                                                                {59'999, "59 s"},
                                                                {60'000, "1 min"},
                                                                {130'000, "2 min 10 s"},
                                                                {3'720'000, "1 h 2 min"},
                                                                {90'000'000, "1 d 1 h"}};
  for (const auto& [ms, words] : rows) EXPECT_EQ(duration_words(ms), words);
  EXPECT_EQ(span_words(2, 1), "0 ms");
}

TEST(Columns, WrapsBetweenWordsAndCountsWideCharacters) {
  EXPECT_EQ(wrapped("ab cd ef", 5), (std::vector<std::string>{"ab cd", "ef"}));
  EXPECT_EQ(wrapped("abcdefg", 3), (std::vector<std::string>{"abc", "def", "g"}));
  EXPECT_EQ(wrapped("関所の番人", 4), (std::vector<std::string>{"関所", "の番", "人"}));
  EXPECT_EQ(wrapped("", 4), (std::vector<std::string>{""}));
  EXPECT_EQ(columns_of("関a"), 3U);
  EXPECT_EQ(shortened("abcdef", 5), "abc..");
  EXPECT_EQ(padded("関", 4), "関  ");
  EXPECT_EQ(clean_text("a\tb\xff\xe2\x80\xae"), "a b? ");
}

}  // namespace
}  // namespace sekimori
