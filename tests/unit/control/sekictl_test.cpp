// The program itself: exit statuses, and what goes to which stream.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/policy_image.hpp"
#include "common/stats_segment.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

test::ProgramResult sekictl(const std::vector<std::string>& arguments) {
  return test::run_program("sekictl", arguments);
}

class Sekictl : public testing::Test {
 protected:
  [[nodiscard]] std::string file(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = folder_.path() / name;
    std::ofstream{path} << content;
    return path;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() / name; }

 private:
  test::TemporaryFolder folder_;
};

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

constexpr const char* right_policy = "[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1\"]\n";
constexpr const char* wrong_policy = "[[object]]\nname = \"a\"\nprefixes = [\"10.0.0.1/8\"]\n";

TEST_F(Sekictl, ChecksAPolicy) {
  const auto right = sekictl({"check", file("p.toml", right_policy)});
  EXPECT_EQ(right.status, 0);
  EXPECT_THAT(right.output, HasSubstr("ok, policy "));
  EXPECT_EQ(right.errors, "");

  const std::string wrong_file = file("q.toml", wrong_policy);
  const auto wrong = sekictl({"check", wrong_file});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.output, "");
  EXPECT_THAT(wrong.errors, StartsWith(wrong_file + ":3:13: object.prefixes: "));
}

TEST_F(Sekictl, RefusesAFileThatIsNotThere) {
  const auto result = sekictl({"check", path("none")});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.errors, path("none") + ": No such file or directory\n");
  EXPECT_EQ(sekictl({"check", "/"}).status, 2);
}

TEST_F(Sekictl, CompilesToAFileAndToStandardOutput) {
  const std::string policy = file("p.toml", right_policy);
  const auto to_file = sekictl({"compile", policy, "-o", path("p.image")});
  EXPECT_EQ(to_file.status, 0);
  std::ifstream written{path("p.image"), std::ios::binary};
  const std::string image{std::istreambuf_iterator<char>{written}, {}};
  EXPECT_TRUE(PolicyImage::load(bytes_of(image)).has_value());

  const auto to_output = sekictl({"compile", policy, "-o", "-"});
  EXPECT_EQ(to_output.status, 0);
  EXPECT_EQ(to_output.output, image);
  EXPECT_EQ(to_output.errors, "");
}

TEST_F(Sekictl, LeavesTheOldImageWhenThePolicyIsWrong) {
  const std::string image = file("p.image", "old");
  EXPECT_EQ(sekictl({"compile", file("p.toml", wrong_policy), "-o", image}).status, 2);
  std::ifstream kept{image};
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{kept}, {}}), "old");
}

TEST_F(Sekictl, FailsWhenTheImageCannotBeWritten) {
  const auto result =
      sekictl({"compile", file("p.toml", right_policy), "-o", path("none/p.image")});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.errors, HasSubstr("No such file or directory"));
}

TEST_F(Sekictl, ExplainsKeys) {
  EXPECT_EQ(sekictl({"explain", "object.syn"}).status, 0);
  EXPECT_EQ(sekictl({"explain"}).status, 0);
  const auto unknown = sekictl({"explain", "object.sym"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("did you mean object.syn?"));
}

TEST_F(Sekictl, RefusesAWrongCommandLine) {
  EXPECT_EQ(sekictl({}).status, 2);
  EXPECT_EQ(sekictl({"chek"}).status, 2);
  EXPECT_EQ(sekictl({"check"}).status, 2);
  EXPECT_EQ(sekictl({"compile", "p.toml"}).status, 2);
  EXPECT_EQ(sekictl({"--help"}).status, 0);
}

TEST_F(Sekictl, ShowsStatistics) {
  const std::string instance = "test-sekictl-" + std::to_string(getpid());
  const auto missing = sekictl({"stats", "--instance", instance});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.errors, HasSubstr("no dataplane with this instance name is running"));
  EXPECT_EQ(sekictl({"top", "--once", "--instance", instance}).status, 1);

  auto segment = StatsSegment::create(instance, 1, 1);
  ASSERT_TRUE(segment.has_value()) << segment.error();
  segment->worker(0).count(Counter::syn_received, 42);
  segment->publish_name(0, "web");
  const auto json = sekictl({"stats", "--json", "--instance", instance});
  EXPECT_EQ(json.status, 0);
  const auto parsed = nlohmann::json::parse(json.output);
  EXPECT_EQ(parsed["alive"], true);
  EXPECT_EQ(parsed["counters"]["syn_received"], 42);
  EXPECT_EQ(parsed["objects"][0]["name"], "web");

  const auto text = sekictl({"stats", "--instance", instance});
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.output, HasSubstr("42  syn_received"));
  const auto top = sekictl({"top", "--once", "--instance", instance});
  EXPECT_EQ(top.status, 0);
  EXPECT_THAT(top.output, HasSubstr("packets/s"));
}

}  // namespace
}  // namespace sekimori
