#include "control/cli/connection_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "control/cli/api_client.hpp"
#include "control/cli/table.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

TEST(ConnectionSettings, ReadsAFile) {
  const auto settings = parse_settings(
      "url = \"https://a\"\nca = \"ca.crt\"\ncertificate = \"/b/c.crt\"\nkey = \"k\"\n",
      "sekictl.toml", "/home/aiko");
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->url, "https://a");
  EXPECT_EQ(settings->ca, "/home/aiko/ca.crt");
  EXPECT_EQ(settings->certificate, "/b/c.crt");
  EXPECT_EQ(settings->key, "/home/aiko/k");
}

TEST(ConnectionSettings, SaysWhatIsWrongInAFile) {
  struct Row {
    std::string toml;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{
           {"url = ", "s.toml:1:"},
           {"\nurl = 7\n", "s.toml:2: url has to be a string that is not empty"},
           {"url = \"\"\n", "s.toml:1: url has to be a string that is not empty"},
           {"token = \"x\"\n", "s.toml:1: unknown key \"token\"; known are url, ca"}}) {
    const auto settings = parse_settings(row.toml, "s.toml", "/");
    ASSERT_FALSE(settings) << row.toml;
    EXPECT_THAT(settings.error(), HasSubstr(row.error));
  }
}

TEST(ConnectionSettings, FlagsComeBeforeTheEnvironmentAndThatBeforeTheFile) {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() / "sekictl.toml";
  std::ofstream{file} << "url = \"https://file\"\nca = \"/file\"\ncertificate = \"/file\"\n";
  const auto settings = resolve_settings(
      {.flags = {.url = "https://flag", .ca = "", .certificate = "", .key = ""},
       .environment = {.url = "https://env", .ca = "env", .certificate = "", .key = "env"},
       .file = file,
       .file_required = true});
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->url, "https://flag");
  EXPECT_EQ(settings->ca, "env");
  EXPECT_EQ(settings->certificate, "/file");
  EXPECT_EQ(settings->key, "env");
}

TEST(ConnectionSettings, SaysWhatIsMissing) {
  const auto settings =
      resolve_settings({.flags = {.url = "https://a", .ca = "c", .certificate = "", .key = ""},
                        .environment = {},
                        .file = "/nowhere/sekictl.toml",
                        .file_required = false});
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error(), HasSubstr("give --certificate (or SEKICTL_CERTIFICATE), --key (or "
                                          "SEKICTL_KEY), or write /nowhere/sekictl.toml"));
}

TEST(ConnectionSettings, TakesUrlsApart) {
  struct Row {
    std::string url;
    std::string host;
    int port;
  };
  for (const Row& row : std::vector<Row>{{"https://a.example", "a.example", 8443},
                                         {"https://a.example:1/", "a.example", 1},
                                         {"https://[2001:db8::1]", "2001:db8::1", 8443},
                                         {"https://[2001:db8::1]:65535", "2001:db8::1", 65535}}) {
    const auto at = parse_api_url(row.url);
    ASSERT_TRUE(at) << at.error();
    EXPECT_EQ(at->host, row.host);
    EXPECT_EQ(at->port, row.port);
  }
  for (const char* wrong :
       {"", "http://a", "https://", "https://a/b", "https://u@a", "https://a:0", "https://a:65536",
        "https://a:x", "https://a:", "https://[::1", "https://[]", "https://a b"}) {
    EXPECT_FALSE(parse_api_url(wrong)) << wrong;
  }
}

TEST(ApiClient, ExplainsProblems) {
  const CallFailure invalid = failure_of(
      422,
      R"({"title":"The input breaks a rule","detail":"See.","errors":[{"place":"/a","rule":"x"}]})");
  EXPECT_EQ(invalid.exit_status, 2);
  EXPECT_EQ(invalid.words, "The input breaks a rule: See.\n  /a: x");
  const CallFailure conflict = failure_of(409, R"({"title":"t","detail":"d"})");
  EXPECT_EQ(conflict.exit_status, 1);
  const CallFailure other = failure_of(502, "<html>");
  EXPECT_EQ(other.words, "the server answered with HTTP status 502");
  EXPECT_EQ(failure_of(500, R"({"title":7,"errors":{}})").words, ": ");
  EXPECT_EQ(failure_of(500, "{\"title\":\"a\\u001b[2J\",\"detail\":\"\"}").words, "a [2J: ");
}

TEST(Table, AlignsAndCutsAndShowsNoControls) {
  Table table{{{"NAME"}, {"RATE", Table::Side::right}, {"WHAT"}}};
  EXPECT_EQ(table.text("nothing"), "nothing\n");
  table.add({"守", "7", "a\x1b[2J"});
  table.add({"abc", "1234", std::string(50, 'x')});
  EXPECT_EQ(table.text("nothing", 30),
            "NAME  RATE  WHAT\n"
            "守       7  a [2J\n"
            "abc   1234  xxxxxxxxxxxxxxxx..\n");
}

}  // namespace
}  // namespace sekimori
