#include "control/pki/deny_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

using testing::HasSubstr;

TEST(DenyList, ReadsSerialNumbersWithRemarks) {
  const auto serials = parse_deny_list("# left\n0a aiko, left\n\nff\n0b");
  ASSERT_TRUE(serials) << serials.error();
  EXPECT_THAT(*serials, testing::ElementsAre("0a", "0b", "ff"));
  for (const std::string wrong : {"0A\n", "x\n", " 0a\n", "0a\n0b\tz\n", "0a\r\n"}) {
    EXPECT_FALSE(parse_deny_list(wrong)) << wrong;
  }
  EXPECT_THAT(parse_deny_list("0a\nzz\n").error(), HasSubstr("line 2"));
  EXPECT_FALSE(parse_deny_list(std::string(65, 'a')));
}

TEST(DenyList, SeesEveryChangeOfItsFile) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "revoked";
  DenyList list{path};
  const auto missing = list.holds("0a");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error(), HasSubstr("nobody is admitted until it is there again"));

  std::ofstream{path} << "";
  EXPECT_EQ(list.holds("0a"), false);
  std::ofstream{path, std::ios::app} << "0a\n";
  EXPECT_EQ(list.holds("0a"), true);
  EXPECT_EQ(list.holds("0b"), false);

  // Another file in its place, of the same length.
  std::ofstream{folder.path() / "new"} << "0b\n";
  std::filesystem::rename(folder.path() / "new", path);
  EXPECT_EQ(list.holds("0a"), false);
  EXPECT_EQ(list.holds("0b"), true);

  std::ofstream{path} << "nonsense\n";
  EXPECT_FALSE(list.holds("0b"));
  EXPECT_FALSE(list.holds("0b"));
  std::filesystem::remove(path);
  EXPECT_FALSE(list.holds("0b"));
  std::ofstream{path} << "0b\n";
  EXPECT_EQ(list.holds("0b"), true);
}

}  // namespace
}  // namespace sekimori
