#include "control/transaction/shadow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "control/model/read_policy.hpp"
#include "dataplane/replay/capture_file.hpp"
#include "tests/support/packet_text.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori {
namespace {

using test::encode_packet;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t start_ns = 1'700'000'000'000'000'000;

Policy policy(const std::string& more) {
  auto read = read_policy(
      "[[tenant]]\nname = \"kita\"\n[[object]]\nname = \"web\"\ntenant = \"kita\"\nprefixes = "
      "[\"192.0.2.10\"]\n" +
          more,
      "p");
  if (!read) throw std::runtime_error{read.error().text()};
  return std::move(*read);
}

std::string syn_from(const std::string& source) {
  return source + ":4000 > 192.0.2.10:80 tcp [S] seq=1 win=1";
}

class Shadow : public testing::Test {
 protected:
  std::string capture(const std::vector<std::string>& lines) {
    const std::string path = folder_.path() / "in.pcap";
    auto writer = CaptureWriter::create(path).value();
    std::uint64_t time = start_ns;
    for (const std::string& line : lines) {
      writer.write(time, encode_packet(line, Side::inside).value());
      time += 1'000'000'000;
    }
    EXPECT_TRUE(writer.flush());
    return path;
  }

  tl::expected<ShadowResult, std::string> shadow(const std::string& present,
                                                 const std::string& candidate,
                                                 const ShadowTraffic& traffic) {
    return shadow_policy(policy(present), policy(candidate), traffic, tools_);
  }

  std::size_t files_left() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator{work_.path()}, {}));
  }

  test::TemporaryFolder folder_;
  test::TemporaryFolder work_;
  ShadowTools tools_{.replay_program = test::program_folder() / "sekimori-replay",
                     .work_folder = work_.path(),
                     .limits = {}};
};

PacketSample sample_of(const std::string& line, std::uint32_t weight, std::size_t captured) {
  const auto bytes = encode_packet(line, Side::inside).value();
  PacketSample sample;
  sample.unix_ns = start_ns;
  sample.weight = weight;
  sample.wire_bytes = static_cast<std::uint32_t>(bytes.size());
  sample.captured_bytes = static_cast<std::uint16_t>(std::min(bytes.size(), captured));
  std::copy_n(bytes.begin(), sample.captured_bytes, sample.frame.begin());
  return sample;
}

TEST_F(Shadow, ShowsWhatTheCandidateWouldDropOfACapture) {
  const std::vector<Address> known_good{Address::parse("198.51.100.7").value(),
                                        Address::parse("203.0.113.9").value()};
  const std::string path =
      capture({syn_from("198.51.100.7"), syn_from("198.51.100.8"), syn_from("203.0.113.9")});
  const ShadowResult result = shadow("", "block = [\"198.51.100.0/24\"]\n",
                                     {.capture = path, .samples = {}, .known_good = known_good})
                                  .value();
  EXPECT_TRUE(result.from_capture);
  EXPECT_EQ(result.packets, 3U);
  EXPECT_EQ(result.seconds, 2.0);
  ASSERT_EQ(result.objects.size(), 1U);
  EXPECT_EQ(result.objects[0].object, "web");
  EXPECT_EQ(result.objects[0].tenant, "kita");
  EXPECT_EQ(result.objects[0].packets, 3);
  EXPECT_EQ(result.objects[0].dropped_before, 0);
  EXPECT_EQ(result.objects[0].dropped_after, 2);
  ASSERT_EQ(result.objects[0].reasons.size(), 1U);
  EXPECT_EQ(result.objects[0].reasons[0].what, "source_blocked");
  EXPECT_EQ(result.objects[0].reasons[0].share, 1.0);
  ASSERT_EQ(result.known_good.size(), 1U) << "the other one loses nothing";
  EXPECT_EQ(result.known_good[0].source, "198.51.100.7");
  EXPECT_EQ(result.known_good[0].object, "web");
  EXPECT_EQ(result.known_good[0].dropped, 1);
  EXPECT_EQ(result.known_good[0].reason, "source_blocked");
  EXPECT_EQ(files_left(), 0U);

  const Json json = shadow_json(result);
  EXPECT_EQ(json.at("from"), "capture");
  EXPECT_EQ(json.at("objects").at(0).at("dropped_after"), 2.0);
  const std::string text = shadow_text(result);
  EXPECT_THAT(text, HasSubstr("object web of tenant kita: 3 packets, dropped now 0, with the "
                              "candidate 2\n    100 % source_blocked\n"));
  EXPECT_THAT(text, HasSubstr("198.51.100.7 to object web: 1 of 1 packets, source_blocked"));
}

TEST_F(Shadow, IsSilentAboutWhatDoesNotChange) {
  const std::string path = capture({syn_from("198.51.100.7")});
  const std::string block = "block = [\"198.51.100.0/24\"]\n";
  const std::vector<Address> known_good{Address::parse("198.51.100.7").value()};
  const ShadowResult result = shadow(block, block + "ladder.give_up = \"never\"\n",
                                     {.capture = path, .samples = {}, .known_good = known_good})
                                  .value();
  EXPECT_THAT(result.objects, IsEmpty());
  EXPECT_THAT(result.known_good, IsEmpty()) << "it is dropped now as well";
}

TEST_F(Shadow, ReplaysSamplesAsIfTheyWereWhole) {
  const std::vector<PacketSample> samples{
      sample_of("198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1 win=1", 100, 128),
      sample_of("198.51.100.8:53 > 192.0.2.10:53 udp len=900", 300, 128)};
  const ShadowResult result = shadow("", "block = [\"198.51.100.8\"]\n",
                                     {.capture = "", .samples = samples, .known_good = {}})
                                  .value();
  EXPECT_FALSE(result.from_capture);
  EXPECT_EQ(result.packets, 400U);
  ASSERT_EQ(result.objects.size(), 1U);
  EXPECT_EQ(result.objects[0].dropped_before, 0) << "no sample is dropped for having been cut";
  EXPECT_EQ(result.objects[0].dropped_after, 200);
  EXPECT_THAT(result.notes, Contains(HasSubstr("each for about 200 packets")));
}

TEST_F(Shadow, SaysWhatWentWrong) {
  std::ofstream{folder_.path() / "no.pcap"} << "no capture";
  EXPECT_THAT(
      shadow("", "", {.capture = folder_.path() / "no.pcap", .samples = {}, .known_good = {}})
          .error(),
      HasSubstr("sekimori-replay ended with 2"));
  tools_.replay_program = "/bin/true";
  EXPECT_THAT(shadow("", "", {.capture = "", .samples = {}, .known_good = {}}).error(),
              HasSubstr("printed what is no report"));
  tools_.work_folder = "/none";
  EXPECT_THAT(shadow("", "", {.capture = "", .samples = {}, .known_good = {}}).error(),
              HasSubstr("no folder can be made in it"));
  EXPECT_EQ(files_left(), 0U);
}

}  // namespace
}  // namespace sekimori
