#include "control/daemon/state_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

namespace sekimori {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StateFolderTest : public testing::Test {
 protected:
  StateFolderTest() {
    std::string name = (fs::temp_directory_path() / "sekimori-state-XXXXXX").string();
    place_ = mkdtemp(name.data());
  }
  ~StateFolderTest() override { fs::remove_all(place_); }

  static unsigned mode(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_mode & 0777;
  }
  static std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path place_;
};

TEST_F(StateFolderTest, IsMadeForItsOwnerAlone) {
  const auto folder = StateFolder::make(place_ / "a" / "state");
  ASSERT_TRUE(folder.has_value()) << folder.error();
  EXPECT_EQ(mode(folder->path()), 0700U);
  EXPECT_TRUE(StateFolder::make(folder->path()).has_value()) << "a second time it is there";
}

TEST_F(StateFolderTest, IsRefusedWhenOthersMayLookIntoIt) {
  chmod(place_.c_str(), 0750);
  const auto folder = StateFolder::open(place_);
  ASSERT_FALSE(folder.has_value());
  EXPECT_THAT(folder.error(), HasSubstr("chmod 0700"));
}

TEST_F(StateFolderTest, SaysHowToMakeIt) {
  const auto folder = StateFolder::open(place_ / "none");
  ASSERT_FALSE(folder.has_value());
  EXPECT_THAT(folder.error(), HasSubstr("sekimori-control init --state"));
}

TEST_F(StateFolderTest, ReplacesAFileAsAWhole) {
  const fs::path file = place_ / "policy.image";
  ASSERT_TRUE(replace_file(file, "old").has_value());
  ASSERT_TRUE(replace_file(file, "new and longer").has_value());
  EXPECT_EQ(content(file), "new and longer");
  EXPECT_EQ(mode(file), 0600U);
  EXPECT_FALSE(fs::exists(file.string() + ".new"));
}

}  // namespace
}  // namespace sekimori
