#include "control/model/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "control/model/keys.hpp"
#include "control/model/read_policy.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

/// Tests run in the root of the project.
std::string content_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

TEST(Reference, IsUpToDate) {
  EXPECT_EQ(content_of("docs/CONFIG.md"), config_reference())
      << "run: build/release/bin/sekictl config-reference >docs/CONFIG.md";
}

TEST(Reference, DescribesEveryKey) {
  for (const TableDefinition& table : policy_tables()) {
    for (const KeyDefinition* key : table.keys) {
      EXPECT_THAT(config_reference(), HasSubstr("### `" + std::string{table.path} + '.' +
                                                std::string{key->name} + '`'));
    }
  }
}

TEST(ExamplePolicy, IsRight) {
  const auto policy = read_policy(content_of("docs/examples/policy.toml"), "policy.toml");
  ASSERT_TRUE(policy.has_value()) << policy.error().text();
  EXPECT_EQ(policy->objects.size(), 3U);
}

TEST(Explain, DescribesAKey) {
  EXPECT_EQ(*explain("timeouts.closed"),
            "timeouts.closed\n"
            "  Value    seconds, 1s to 1h\n"
            "  Default  \"10s\"\n"
            "  Example  closed = \"10s\"\n"
            "\n"
            "  How long a connection that both sides have closed, or that was reset, is kept for "
            "late segments.\n");
  EXPECT_THAT(*explain("object.name"), HasSubstr("Default  none, the key is required"));
  EXPECT_THAT(*explain("object.limit.udp.bits"), HasSubstr("bits per second, 0 to 100T"));
}

TEST(Explain, ListsTheKeysOfATable) {
  for (const std::string_view written : {"object.server", "[object.server]"}) {
    EXPECT_THAT(*explain(written), HasSubstr("object.server.mss_ipv4"));
    EXPECT_THAT(*explain(written), Not(HasSubstr("object.name")));
  }
  EXPECT_THAT(*explain("object"), HasSubstr("object.limit.tcp.packets"));
  EXPECT_THAT(*explain("object.limit"), HasSubstr("object.limit.other.bits"));
  EXPECT_THAT(*explain("object.limit.tcp"), Not(HasSubstr("object.limit.udp")));
  EXPECT_THAT(*explain(""), HasSubstr("tables.flows"));
}

TEST(Explain, NamesTheNearestKey) {
  EXPECT_EQ(explain("object.sym").error(), "unknown key \"object.sym\"; did you mean object.syn?");
  EXPECT_EQ(explain("syn").error(), "unknown key \"syn\"; did you mean object.syn?");
  EXPECT_EQ(explain("objct").error(), "unknown key \"objct\"; did you mean object?");
  EXPECT_EQ(explain("zzzz").error(), "unknown key \"zzzz\"; `sekictl explain` lists all");
}

}  // namespace
}  // namespace sekimori
