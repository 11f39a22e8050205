// sekimori-replay as a user meets it: what it reads, what it refuses and with which exit status.

#include "tests/support/replay_program.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "dataplane/replay/capture_file.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori::test {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t start_ns = 1'700'000'000'000'000'000;
constexpr const char* syn = "198.51.100.7:4000 > 192.0.2.10:80 tcp [S] seq=1000 win=64240";

/// Integers in the order of this machine, as captures written on it have them.
class Raw {
 public:
  template <typename T>
  Raw& add(T value) {
    const auto* bytes = reinterpret_cast<const char*>(&value);
    text.append(bytes, sizeof(value));
    return *this;
  }
  Raw& add(const Bytes& bytes) {
    text.append(bytes.begin(), bytes.end());
    return *this;
  }

  std::string text;
};

class ReplayProgram : public testing::Test {
 protected:
  void SetUp() override {
    write("policy.toml",
          "[tables]\nflows = 64\n[[object]]\nname = \"web\"\nprefixes = [\"192.0.2.10\"]\n"
          "syn = \"proxy\"\n");
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (work_.path() / name).string();
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream{path(name), std::ios::binary} << content;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file{path(name), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  /// A capture of one line's packet at each of the times.
  void capture(const std::string& name, const std::string& line,
               const std::vector<std::uint64_t>& times_ns) const {
    auto writer = CaptureWriter::create(path(name)).value();
    const Bytes bytes = encode_packet(line, Side::inside).value();
    for (const std::uint64_t time : times_ns) writer.write(start_ns + time, bytes);
    ASSERT_TRUE(writer.flush());
  }
  ProgramResult replay(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--policy", path("policy.toml"), "--seed", "1"});
    return run_replay(arguments);
  }
  Json report_of(const std::string& capture_name) const {
    const ProgramResult result = replay({"--outside", path(capture_name), "--json"});
    EXPECT_EQ(result.status, 0) << result.errors;
    return Json::parse(result.output);
  }

 private:
  TemporaryFolder work_;
};

TEST_F(ReplayProgram, PrintsVerdictsAndReasonsForPeople) {
  capture("in.pcap", "198.51.100.7:4000 > 192.0.2.10:80 tcp [SF] seq=1 win=1", {0, 1});
  const ProgramResult result = replay({"--outside", path("in.pcap")});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.errors, "");
  EXPECT_NE(result.output.find("2 100.00 %  tcp_flags_invalid"), std::string::npos)
      << result.output;
  EXPECT_NE(result.output.find("TCP flags form a combination that no stack sends"),
            std::string::npos);
  EXPECT_NE(result.output.find("web: 2 packets from outside, 2 dropped"), std::string::npos);
}

TEST_F(ReplayProgram, TakesPolicyAndCaptureWithoutTheirOptions) {
  capture("in.pcap", syn, {0});
  const ProgramResult result = run_replay({path("policy.toml"), path("in.pcap"), "--seed", "1"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_NE(result.output.find("in:  1 packets from outside"), std::string::npos) << result.output;
}

TEST_F(ReplayProgram, GivesTheSameOutputForTheSameInputAndSeed) {
  capture("in.pcap", syn, {0, 1'000'000, 5'000'000'000});
  const auto run = [&](const std::string& seed, const std::string& out) {
    const ProgramResult result =
        run_replay({"--policy", path("policy.toml"), "--seed", seed, "--outside", path("in.pcap"),
                    "--to-outside", path(out), "--json"});
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  };
  EXPECT_EQ(run("7", "a.pcap"), run("7", "b.pcap"));
  run("8", "c.pcap");
  EXPECT_EQ(content("a.pcap"), content("b.pcap"));
  EXPECT_NE(content("a.pcap"), content("c.pcap"));
}

TEST_F(ReplayProgram, CountsByObjectAndByTheSourcesOfAFile) {
  auto writer = CaptureWriter::create(path("in.pcap")).value();
  const auto add = [&](const std::string& line) {
    writer.write(start_ns, encode_packet(line, Side::inside).value());
  };
  add(syn);
  add("198.51.100.7:4000 > 192.0.2.10:80 tcp [SF] seq=1 win=1");
  add("198.51.100.8:4000 > 192.0.2.10:80 tcp [SF] seq=1 win=1");
  add("198.51.100.9:4000 > 192.0.2.99:80 tcp [S] seq=1 win=1");
  add("[2001:db8:1::7]:4000 > [2001:db8:2::1]:80 tcp [S] seq=1 win=1");
  ASSERT_TRUE(writer.flush());
  write("sources", "# known to be good\n198.51.100.7\n\n2001:db8:1::1\n");
  const ProgramResult result =
      replay({"--outside", path("in.pcap"), "--json", "--sources", path("sources")});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(Json::parse(result.output).at("tally"), Json::parse(R"([
    {"object": "web", "source": "198.51.100.7", "verdict": "reply", "reason": "", "packets": 1},
    {"object": "web", "source": "198.51.100.7", "verdict": "drop",
     "reason": "tcp_flags_invalid", "packets": 1},
    {"object": "web", "source": "", "verdict": "drop",
     "reason": "tcp_flags_invalid", "packets": 1},
    {"object": "", "source": "2001:db8:1::1", "verdict": "forward", "reason": "", "packets": 1},
    {"object": "", "source": "", "verdict": "forward", "reason": "", "packets": 1}
  ])"))
      << result.output;
}

TEST_F(ReplayProgram, RefusesSourcesThatAreNone) {
  capture("in.pcap", syn, {0});
  write("sources", "198.51.100.7\n198.51.100\n");
  const ProgramResult result =
      replay({"--outside", path("in.pcap"), "--json", "--sources", path("sources")});
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("sources:2: is no address"), std::string::npos) << result.errors;
  EXPECT_EQ(replay({"--outside", path("in.pcap"), "--sources", path("sources")}).status, 2);
}

TEST_F(ReplayProgram, TakesACompiledPolicy) {
  ASSERT_EQ(
      run_program("sekictl", {"compile", path("policy.toml"), "-o", path("policy.image")}).status,
      0);
  capture("in.pcap", syn, {0});
  const ProgramResult from_image = run_replay(
      {"--policy", path("policy.image"), "--seed", "1", "--outside", path("in.pcap"), "--json"});
  EXPECT_EQ(from_image.status, 0) << from_image.errors;
  EXPECT_EQ(Json::parse(from_image.output), report_of("in.pcap"));
}

TEST_F(ReplayProgram, TheExamplesOfTheDocumentsAreRight) {
  for (const auto& entry : std::filesystem::directory_iterator{"docs/examples"}) {
    if (entry.path().extension() != ".toml") continue;
    const ProgramResult result = run_program("sekictl", {"check", entry.path().string()});
    EXPECT_EQ(result.status, 0) << entry.path() << ": " << result.errors;
  }
}

TEST_F(ReplayProgram, ReadsMicrosecondCaptures) {
  const Bytes frame = encode_packet(syn, Side::inside).value();
  Raw raw;
  raw.add(0xa1b2c3d4U).add<std::uint16_t>(2).add<std::uint16_t>(4).add(0).add(0).add(65535).add(1);
  raw.add(1'700'000'000).add(250'000);
  raw.add(static_cast<std::uint32_t>(frame.size())).add(static_cast<std::uint32_t>(frame.size()));
  raw.add(frame);
  write("in.pcap", raw.text);
  EXPECT_EQ(replay({"--outside", path("in.pcap"), "--to-outside", path("out.pcap")}).status, 0);
  auto answers = CaptureReader::open(path("out.pcap")).value();
  ASSERT_TRUE(answers.front());
  EXPECT_EQ(answers.front()->unix_ns, start_ns + 250'000'000);
}

TEST_F(ReplayProgram, ReadsPcapng) {
  const Bytes frame = encode_packet(syn, Side::inside).value();
  const auto length = static_cast<std::uint32_t>(frame.size());
  const std::uint32_t padded = (length + 3) / 4 * 4;
  const std::uint64_t time_us = start_ns / 1000;
  Raw raw;
  raw.add(0x0a0d0d0aU).add(28U).add(0x1a2b3c4dU).add<std::uint16_t>(1).add<std::uint16_t>(0);
  raw.add(~std::uint64_t{0}).add(28U);
  raw.add(1U).add(20U).add<std::uint16_t>(1).add<std::uint16_t>(0).add(65535U).add(20U);
  raw.add(6U).add(32 + padded).add(0U);
  raw.add(static_cast<std::uint32_t>(time_us >> 32)).add(static_cast<std::uint32_t>(time_us));
  raw.add(length).add(length).add(frame).add(Bytes(padded - length)).add(32 + padded);
  write("in.pcapng", raw.text);
  const Json report = report_of("in.pcapng");
  EXPECT_EQ(report["packets_in"], 1);
  EXPECT_EQ(report["verdicts"]["reply"], 1);
  EXPECT_EQ(report["started"], "2023-11-14T22:13:20Z");
}

TEST_F(ReplayProgram, MergesBothSidesByTimeAndSurvivesTimeGoingBack) {
  // The server's answer counts only between the client's segments.
  write("policy.toml", "[[object]]\nname = \"web\"\nprefixes = [\"192.0.2.10\"]\nsyn = \"off\"\n");
  capture("outside.pcap", "198.51.100.7:4000 > 192.0.2.10:80 tcp [.] seq=1 win=1",
          {10'000'000, 30'000'000, 20'000'000});
  capture("inside.pcap", "192.0.2.10:80 > 198.51.100.7:4000 tcp [.] seq=1 win=1", {15'000'000});
  const ProgramResult result =
      replay({"--outside", path("outside.pcap"), "--inside", path("inside.pcap"), "--to-inside",
              path("out.pcap"), "--json"});
  ASSERT_EQ(result.status, 0) << result.errors;
  const Json report = Json::parse(result.output);
  EXPECT_EQ(report["packets_in_outside"], 3);
  EXPECT_EQ(report["packets_in_inside"], 1);
  EXPECT_EQ(report["duration_s"], 0.02);
  std::vector<std::uint64_t> times;
  auto sent = CaptureReader::open(path("out.pcap")).value();
  for (; sent.front(); sent.next()) times.push_back(sent.front()->unix_ns - start_ns);
  EXPECT_EQ(times, (std::vector<std::uint64_t>{10'000'000, 30'000'000, 30'000'000}));
}

TEST_F(ReplayProgram, SaysThatPacketsWereNotCapturedWhole) {
  const Bytes frame = encode_packet(std::string{syn} + " len=1000", Side::inside).value();
  Raw raw;
  raw.add(0xa1b2c3d4U).add<std::uint16_t>(2).add<std::uint16_t>(4).add(0).add(0).add(96).add(1);
  raw.add(1'700'000'000).add(0).add(96U).add(static_cast<std::uint32_t>(frame.size()));
  raw.add(Bytes(frame.begin(), frame.begin() + 96));
  write("in.pcap", raw.text);
  const ProgramResult result = replay({"--outside", path("in.pcap"), "--json"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.errors.find("1 packets were not captured whole"), std::string::npos);
  const Json report = Json::parse(result.output);
  EXPECT_EQ(report["packets_cut"], 1);
  EXPECT_EQ(report["drops"]["ip_truncated"], 1);
}

TEST_F(ReplayProgram, CountsWhatLiesBeforeTheBrokenEndOfACapture) {
  capture("in.pcap", syn, {0, 1000});
  const std::string whole = content("in.pcap");
  write("in.pcap", whole.substr(0, whole.size() - 5));
  const ProgramResult result = replay({"--outside", path("in.pcap"), "--json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.errors.find("the figures cover what lies before it"), std::string::npos);
  EXPECT_EQ(Json::parse(result.output)["packets_in"], 1);
}

TEST_F(ReplayProgram, AcceptsACaptureWithoutPackets) {
  capture("in.pcap", syn, {});
  EXPECT_EQ(report_of("in.pcap")["packets_in"], 0);
}

TEST_F(ReplayProgram, RefusesWrongUseWithStatus2) {
  capture("in.pcap", syn, {0});
  EXPECT_EQ(run_replay({}).status, 2);
  EXPECT_EQ(replay({}).status, 2);
  EXPECT_EQ(replay({"--outside", path("in.pcap"), "--colour"}).status, 2);
  EXPECT_EQ(replay({"--outside", path("in.pcap"), "--secret-file", path("in.pcap")}).status, 2);
  EXPECT_EQ(run_replay({"--help"}).status, 0);
}

TEST_F(ReplayProgram, RefusesCapturesItCannotReadWithStatus2) {
  write("text.pcap", "this is no capture at all, but long enough to look at");
  Raw raw_ip;
  raw_ip.add(0xa1b2c3d4U).add<std::uint16_t>(2).add<std::uint16_t>(4);
  raw_ip.add(0).add(0).add(65535).add(101);
  write("raw_ip.pcap", raw_ip.text);
  const auto errors = [&](const std::string& name) {
    const ProgramResult result = replay({"--outside", path(name)});
    EXPECT_EQ(result.status, 2);
    EXPECT_NE(result.errors.find(path(name)), std::string::npos) << result.errors;
    return result.errors;
  };
  errors("missing.pcap");
  errors("text.pcap");
  EXPECT_NE(errors("raw_ip.pcap").find("only Ethernet"), std::string::npos);
}

TEST_F(ReplayProgram, PassesOnWhatSekictlSaysOfAWrongPolicy) {
  capture("in.pcap", syn, {0});
  write("policy.toml", "[[object]]\nname = \"web\"\nprefixes = [\"192.0.2.10\"]\nsyn = \"prxy\"\n");
  const ProgramResult result = replay({"--outside", path("in.pcap")});
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.errors.find("syn"), std::string::npos);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(run_replay({"--policy", path("none.toml"), "--outside", path("in.pcap")}).status, 2);
  // An image whose content was changed.
  write("policy.toml", "[[object]]\nname = \"web\"\nprefixes = [\"192.0.2.10\"]\n");
  ASSERT_EQ(
      run_program("sekictl", {"compile", path("policy.toml"), "-o", path("policy.image")}).status,
      0);
  std::string image = content("policy.image");
  image.back() = static_cast<char>(image.back() ^ 1);
  write("policy.image", image);
  const ProgramResult damaged =
      run_replay({"--policy", path("policy.image"), "--outside", path("in.pcap")});
  EXPECT_EQ(damaged.status, 2);
  EXPECT_NE(damaged.errors.find("digest"), std::string::npos);
}

TEST_F(ReplayProgram, FailsWithStatus1WhenTheOutputCannotBeWritten) {
  capture("in.pcap", syn, {0});
  const ProgramResult result = replay({"--outside", path("in.pcap"), "--to-outside", "/dev/full"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.errors.find("/dev/full"), std::string::npos) << result.errors;
}

}  // namespace
}  // namespace sekimori::test
