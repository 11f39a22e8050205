#include "dataplane/dpdk/options.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sekimori {
namespace {

struct Parsed {
  std::optional<Options> options;
  int exit_status = -1;
};

Parsed parse(std::vector<std::string> words) {
  words.insert(words.begin(), "sekimori-dataplane");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  Parsed parsed;
  parsed.options = parse_options(static_cast<int>(argv.size()), argv.data(), parsed.exit_status);
  return parsed;
}

std::vector<std::string> with(std::vector<std::string> more) {
  std::vector<std::string> words{"--policy",  "p.toml",   "--outside",
                                 "net_null0", "--inside", "net_null1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Options, HaveDefaults) {
  const auto options = parse(with({})).options;
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->workers, 1U);
  EXPECT_EQ(options->instance, "default");
  EXPECT_EQ(options->memory, MemoryMode::automatic);
  EXPECT_EQ(options->idle_sleep_us, std::nullopt);
  EXPECT_EQ(options->mtu, 1500);
  EXPECT_TRUE(options->eal_arguments.empty());
}

TEST(Options, AreReadWithUnits) {
  const auto options =
      parse(with({"--workers", "4", "--instance", "edge-1", "--idle-sleep", "1ms", "--no-huge",
                  "--mtu", "9000", "--secret-file", "key", "--", "--log-level=debug"}))
          .options;
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->workers, 4U);
  EXPECT_EQ(options->instance, "edge-1");
  EXPECT_EQ(options->idle_sleep_us, 1000U);
  EXPECT_EQ(options->memory, MemoryMode::ordinary_pages);
  EXPECT_EQ(options->mtu, 9000);
  EXPECT_EQ(options->secret_file, "key");
  EXPECT_EQ(options->eal_arguments, std::vector<std::string>{"--log-level=debug"});
}

TEST(Options, EndTheProgramWhereTheyAreWrong) {
  const std::vector<std::vector<std::string>> mistakes{
      {},
      {"--policy", "p.toml"},
      with({"--workers", "0"}),
      with({"--workers", "65"}),
      with({"--instance", "a b"}),
      with({"--instance", "../x"}),
      with({"--idle-sleep", "1s"}),
      with({"--mtu", "500"}),
      with({"--huge", "--no-huge"}),
      with({"--no-such-flag"}),
  };
  for (const auto& words : mistakes) {
    const Parsed parsed = parse(words);
    EXPECT_FALSE(parsed.options.has_value()) << testing::PrintToString(words);
    EXPECT_EQ(parsed.exit_status, 2) << testing::PrintToString(words);
  }
}

TEST(Options, HelpEndsTheProgramWell) {
  EXPECT_EQ(parse({"--help"}).exit_status, 0);
}

}  // namespace
}  // namespace sekimori
