// sekictl beside a running API: what it prints stands in tests/golden/sekictl; SEKIMORI_BLESS=1
// writes it anew.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fake_operations.hpp"
#include "tests/support/test_api.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;
using Arguments = std::vector<std::string>;

class SekictlApi : public testing::Test {
 protected:
  void SetUp() override {
    auto server = ApiServer::start(operations_, {.files = authority_.files()});
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    write("policy.toml", "right");
    write("wrong.toml", "wrong");
    write("second.toml", "second");
    write("capture.pcap", "pcap");
  }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream{folder_.path() / name} << content;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] std::string url() const {
    return "https://127.0.0.1:" + std::to_string(server_->port());
  }

  [[nodiscard]] test::ProgramResult sekictl(Arguments arguments, const std::string& person) const {
    const test::ClientFiles files = authority_.person(person);
    for (const auto& [flag, value] :
         std::vector<std::pair<std::string, std::string>>{{"--url", url()},
                                                          {"--ca", files.authority},
                                                          {"--certificate", files.certificate},
                                                          {"--key", files.key}}) {
      arguments.push_back(flag);
      arguments.push_back(value);
    }
    return test::run_program("sekictl", arguments);
  }

  /// Output without the folder's name, which is another each time.
  [[nodiscard]] std::string anonymous(std::string text) const {
    const std::string folder = folder_.path().string() + "/";
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }

  void expect_golden(const std::string& name, const test::ProgramResult& result) const {
    const std::string golden_path = "tests/golden/sekictl/" + name + ".txt";
    const std::string text = anonymous(result.output + result.errors);
    if (std::getenv("SEKIMORI_BLESS") != nullptr) std::ofstream{golden_path} << text;
    std::ifstream file{golden_path};
    const std::string golden{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_EQ(text, golden) << golden_path;
  }

  test::TemporaryFolder folder_;
  test::TestAuthority authority_;
  test::FakeOperations operations_;
  std::unique_ptr<ApiServer> server_;
};

struct Row {
  std::string golden;  ///< the name of the file
  Arguments arguments;
  int status = 0;
  std::string person = "approver";
};

TEST_F(SekictlApi, ShowsWhatTheApiAnswers) {
  const std::vector<Row> rows{
      {"status", {"status"}, 0, "viewer"},
      {"objects", {"objects"}, 0, "viewer"},
      {"object", {"objects", "web-042"}, 0, "viewer"},
      {"object_none", {"objects", "none/.."}, 2, "viewer"},
      {"objects_unavailable", {"objects", "--tenant", "busy"}, 1},
      {"objects_wrong_state", {"objects", "--state", "angry"}, 2},
      {"incident_list", {"incident", "list"}},
      {"incident_show", {"incident", "show", "43"}},
      {"incident_none", {"incident", "show", "44"}, 2},
      {"action_list", {"action", "list"}},
      {"action_approve", {"action", "approve", "7", "--comment", "go"}},
      {"action_reject", {"action", "reject", "7", "--comment", "no"}},
      {"action_own", {"action", "approve", "8", "--comment", "go"}, 1},
      {"action_late", {"action", "approve", "9", "--comment", "go"}, 1},
      {"action_viewer", {"action", "approve", "7", "--comment", "go"}, 1, "viewer"},
      {"policy_show", {"policy", "show"}},
      {"policy_history", {"policy", "history"}},
      {"policy_check", {"policy", "check", path("policy.toml")}},
      {"policy_check_wrong", {"policy", "check", path("wrong.toml")}, 2},
      {"policy_diff", {"policy", "diff", path("policy.toml")}},
      {"policy_diff_wrong", {"policy", "diff", path("wrong.toml")}, 2},
      {"policy_shadow", {"policy", "shadow", path("policy.toml")}},
      {"policy_shadow_capture",
       {"policy", "shadow", path("policy.toml"), "--capture", path("capture.pcap")}},
      {"policy_commit", {"policy", "commit", path("policy.toml"), "--comment", "more room"}},
      {"policy_commit_conflict",
       {"policy", "commit", path("second.toml"), "--comment", "more room"},
       1},
      {"policy_confirm", {"policy", "confirm", "3"}},
      {"policy_rollback", {"policy", "rollback", "2"}},
      {"policy_no_file", {"policy", "diff", path("none.toml")}, 2},
      {"baseline_show", {"baseline", "show", "web-042"}},
      {"baseline_propose", {"baseline", "propose"}},
      {"baseline_accept", {"baseline", "accept", "web-042", "syn", "--factor", "1.5"}},
      {"baseline_wrong", {"baseline", "accept", "web-042", "magic"}, 2},
      {"notice_list", {"notice", "list"}},
      {"notice_test", {"notice", "test", "--tenant", "city-042"}},
      {"audit_list", {"audit", "list"}},
      {"audit_verify", {"audit", "verify"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.golden);
    const auto result = sekictl(row.arguments, row.person);
    EXPECT_EQ(result.status, row.status) << result.errors;
    EXPECT_EQ(result.errors.empty(), row.status == 0 || row.golden == "policy_check_wrong");
    expect_golden(row.golden, result);
  }
  const auto calls = operations_.calls();
  EXPECT_THAT(calls, testing::Contains("approve 7 by approver: go"));
  EXPECT_THAT(calls, testing::Contains("shadow last_s=60 capture="));
  EXPECT_THAT(calls, testing::Contains("shadow last_s=0 capture=pcap"));
  EXPECT_THAT(calls, testing::Contains("commit by approver: more room, confirm within 600"));
}

TEST_F(SekictlApi, GivesTheAnswerAsJson) {
  for (const Arguments& arguments : std::vector<Arguments>{{"status"},
                                                           {"objects"},
                                                           {"objects", "web-042"},
                                                           {"incident", "list"},
                                                           {"incident", "show", "42"},
                                                           {"incident", "report", "42"},
                                                           {"action", "list"},
                                                           {"policy", "show"},
                                                           {"policy", "history"},
                                                           {"baseline", "propose"},
                                                           {"notice", "list"},
                                                           {"audit", "verify"}}) {
    Arguments with_flag = arguments;
    with_flag.emplace_back("--json");
    const auto result = sekictl(with_flag, "viewer");
    EXPECT_EQ(result.status, 0) << arguments.front() << result.errors;
    EXPECT_TRUE(Json::parse(result.output, nullptr, false).is_object()) << result.output;
  }
}

TEST_F(SekictlApi, ReportsIncidentsAsTheServerDoes) {
  std::ifstream text{"tests/golden/incident/flood.txt"};
  std::ifstream markdown{"tests/golden/incident/flood.md"};
  EXPECT_EQ(sekictl({"incident", "report", "42"}, "viewer").output,
            std::string(std::istreambuf_iterator<char>{text}, {}));
  EXPECT_EQ(sekictl({"incident", "report", "42", "--markdown"}, "viewer").output,
            std::string(std::istreambuf_iterator<char>{markdown}, {}));
}

TEST_F(SekictlApi, TakesSettingsFromAFile) {
  const test::ClientFiles files = authority_.person("viewer");
  std::filesystem::copy_file(files.key, path("mine.key"));
  write("sekictl.toml", "url = \"" + url() + "\"\nca = \"" + files.authority.string() +
                            "\"\ncertificate = \"" + files.certificate.string() +
                            "\"\nkey = \"mine.key\"\n");
  const auto good = test::run_program("sekictl", {"status", "--settings", path("sekictl.toml")});
  EXPECT_EQ(good.status, 0) << good.errors;

  const auto none = test::run_program("sekictl", {"status", "--settings", path("none.toml")});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.errors, HasSubstr("none.toml: No such file"));
}

TEST_F(SekictlApi, SaysWhyThereIsNoAnswer) {
  const auto ask = [&](const std::string& at, const test::ClientFiles& files) {
    return test::run_program("sekictl", {"status", "--url", at, "--ca", files.authority,
                                         "--certificate", files.certificate, "--key", files.key});
  };
  const test::ClientFiles viewer = authority_.person("viewer");
  const test::TestAuthority other;

  // A server of another authority, and a person of another one.
  test::ClientFiles distrusting = viewer;
  distrusting.authority = other.files().certificate();
  const auto server = ask(url(), distrusting);
  EXPECT_EQ(server.status, 1);
  EXPECT_THAT(server.errors, HasSubstr("the server is not the one it should be"));
  test::ClientFiles stranger = other.person("viewer");
  stranger.authority = authority_.files().certificate();
  const auto person = ask(url(), stranger);
  EXPECT_EQ(person.status, 1);
  EXPECT_THAT(person.errors, HasSubstr("is the certificate"));

  const std::string port = std::to_string(server_->port());
  const auto other_name = ask("https://127.0.0.2:" + port, viewer);
  EXPECT_EQ(other_name.status, 1);
  const auto wrong_url = ask("http://127.0.0.1:" + port, viewer);
  EXPECT_EQ(wrong_url.status, 2);
  EXPECT_THAT(wrong_url.errors, HasSubstr("has to begin with https://"));

  server_.reset();
  const auto nobody = ask("https://127.0.0.1:" + port, viewer);
  EXPECT_EQ(nobody.status, 1);
  EXPECT_THAT(nobody.errors, HasSubstr("does sekimori-control run"));
}

TEST_F(SekictlApi, MakesListsAndRevokesPersons) {
  const std::string folder = authority_.files().folder;
  const auto person = [&](Arguments arguments) {
    arguments.insert(arguments.begin(), "person");
    arguments.insert(arguments.end(), {"--pki", folder});
    return test::run_program("sekictl", arguments);
  };
  const auto added = person({"add", "aiko", "--duty", "operator"});
  EXPECT_EQ(added.status, 0) << added.errors;
  EXPECT_THAT(added.output, HasSubstr("aiko.crt"));
  EXPECT_EQ(sekictl({"status"}, "aiko").status, 0);

  const auto listed = person({"list"});
  EXPECT_THAT(listed.output, HasSubstr("aiko      operator"));
  EXPECT_EQ(person({"list", "--json"}).status, 0);
  EXPECT_EQ(person({"add", "aiko", "--duty", "operator"}).status, 2);
  EXPECT_THAT(person({"add", "ben", "--duty", "king"}).errors,
              HasSubstr("--duty has to be viewer, operator or approver"));

  const test::ClientFiles files = authority_.person("aiko");
  const test::ClientFiles kept = authority_.person("kept");
  std::filesystem::copy_file(files.certificate, kept.certificate);
  std::filesystem::copy_file(files.key, kept.key);
  EXPECT_EQ(person({"revoke", "aiko"}).status, 0);
  const auto refused = sekictl({"status"}, "kept");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("was revoked"));
  EXPECT_EQ(person({"revoke", "aiko"}).status, 2);
}

}  // namespace
}  // namespace sekimori
