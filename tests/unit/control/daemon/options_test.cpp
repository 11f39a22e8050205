#include "control/daemon/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekimori {
namespace {

std::optional<ControlOptions> parse(std::vector<std::string> words, int& status) {
  words.insert(words.begin(), "sekimori-control");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  return parse_control_options(static_cast<int>(pointers.size()), pointers.data(), status);
}

TEST(ControlOptions, ListensOnLoopbackUnlessTold) {
  int status = 0;
  const auto options = parse({}, status);
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(std::get<RunOptions>(*options).listen_address, "127.0.0.1");
  EXPECT_EQ(std::get<RunOptions>(*options).listen_port, 8443);
}

struct ListenCase {
  std::string text;
  std::string address;  ///< empty: refused
  std::uint16_t port = 0;
};

class ListenOption : public testing::TestWithParam<ListenCase> {};

TEST_P(ListenOption, IsReadOrRefused) {
  testing::internal::CaptureStderr();
  int status = 0;
  const auto options = parse({"--listen", GetParam().text}, status);
  const std::string said = testing::internal::GetCapturedStderr();
  if (GetParam().address.empty()) {
    EXPECT_FALSE(options.has_value());
    EXPECT_EQ(status, 2);
    EXPECT_THAT(said, testing::HasSubstr("ADDRESS:PORT"));
    return;
  }
  ASSERT_TRUE(options.has_value()) << said;
  EXPECT_EQ(std::get<RunOptions>(*options).listen_address, GetParam().address);
  EXPECT_EQ(std::get<RunOptions>(*options).listen_port, GetParam().port);
}

INSTANTIATE_TEST_SUITE_P(Table, ListenOption,
                         testing::Values(ListenCase{"0.0.0.0:443", "0.0.0.0", 443},
                                         ListenCase{"[::1]:8443", "::1", 8443},
                                         ListenCase{"::1:8443", "", 0},
                                         ListenCase{"127.0.0.1", "", 0}, ListenCase{":8443", "", 0},
                                         ListenCase{"127.0.0.1:0", "", 0},
                                         ListenCase{"127.0.0.1:70000", "", 0},
                                         ListenCase{"127.0.0.1:84x", "", 0}));

TEST(ControlOptions, InitTakesNamesForTheCertificate) {
  int status = 0;
  const auto options = parse({"init", "--state", "/tmp/x", "--name", "sekimori.example"}, status);
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(std::get<InitOptions>(*options).state, "/tmp/x");
  EXPECT_THAT(std::get<InitOptions>(*options).names, testing::ElementsAre("sekimori.example"));
}

}  // namespace
}  // namespace sekimori
