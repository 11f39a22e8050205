#include "control/notify/webhook_signature.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>

namespace sekimori {
namespace {

namespace fs = std::filesystem;

class WebhookSignature : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sekimori-secret-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& content, ::mode_t mode = 0600) {
    const fs::path path = folder_ / "secret";
    fs::remove(path);
    std::ofstream{path, std::ios::binary} << content;
    ::chmod(path.c_str(), mode);
    return path;
  }
  std::string refusal(const std::string& path) {
    const auto secret = WebhookSecret::load(path);
    return secret ? "accepted" : secret.error();
  }

  fs::path folder_;
};

/// Computed with Python's hmac module.
TEST_F(WebhookSignature, MatchesVectors) {
  std::string counting(64, '\0');
  std::iota(counting.begin(), counting.end(), '\0');
  std::string digits;
  for (int i = 0; i < 8; ++i) digits += "0123456789abcdef";
  struct Case {
    std::string secret;
    std::uint64_t unix_s;
    std::string body;
    std::string signature;
  };
  for (const Case& c : {
           Case{std::string(32, 'k'), 1'700'000'000, R"({"a":1})",
                "6935b796c0fec66e5dee52c86c7fd1218a424c32f1adb239ff2893c31e54f033"},
           Case{counting, 0, "",
                "f9bba9c5d4f47b62698f09be47621f201e0dc446c252bc70eaad8f7781e609bf"},
           Case{digits, 4'102'444'800, R"({"件名":"テスト"})",
                "0f1c98178718c36eced10b92609642cab93a66c749c2bd474e63fa83ccc2ac72"},
       }) {
    const auto secret = WebhookSecret::load(file(c.secret));
    ASSERT_TRUE(secret) << secret.error();
    EXPECT_EQ(secret->signature(c.unix_s, c.body), c.signature);
    EXPECT_EQ(secret->header(c.unix_s, c.body),
              "t=" + std::to_string(c.unix_s) + ",v1=" + c.signature);
  }
}

TEST_F(WebhookSignature, RefusesFilesThatKeepNoSecret) {
  const std::string good(32, 'k');
  EXPECT_EQ(refusal(file(good)), "accepted");
  EXPECT_EQ(refusal(file(good, 0400)), "accepted");
  for (const ::mode_t mode : {0640U, 0604U, 0666U, 0620U}) {
    EXPECT_NE(refusal(file(good, mode)).find("chmod 0600"), std::string::npos);
  }
  EXPECT_NE(refusal(file(good.substr(1))).find("32 to 1024"), std::string::npos);
  EXPECT_NE(refusal(file(std::string(1'025, 'k'))).find("32 to 1024"), std::string::npos);
  EXPECT_EQ(refusal(file(std::string(1'024, 'k'))), "accepted");
  EXPECT_NE(refusal(file(good + "\n")).find("line end"), std::string::npos);
  EXPECT_NE(refusal(folder_ / "missing").find("cannot be opened"), std::string::npos);
  EXPECT_NE(refusal(folder_).find("regular file"), std::string::npos);
  fs::create_symlink(file(good), folder_ / "link");
  EXPECT_NE(refusal(folder_ / "link"), "accepted");
}

TEST_F(WebhookSignature, RefusesAnotherUsersFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const std::string path = file(std::string(32, 'k'));
  ASSERT_EQ(::chown(path.c_str(), 65'534, 65'534), 0);
  EXPECT_NE(refusal(path).find("belong"), std::string::npos);
}

}  // namespace
}  // namespace sekimori
