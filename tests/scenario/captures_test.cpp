// Real attack traffic through the real sekimori-replay. The captures are not part of the project:
// the environment variable SEKIMORI_CAPTURES names their folder.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "dataplane/replay/capture_file.hpp"
#include "tests/support/packet_text.hpp"
#include "tests/support/replay_program.hpp"

namespace sekimori::test {
namespace {

using Json = nlohmann::json;

/// 37,841 spoofed SYNs to one address, in 24 seconds.
constexpr const char* syn_flood = "pkt.TCP.synflood.spoofed.pcap";
constexpr std::uint64_t syn_flood_packets = 37'841;

class Captures : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("SEKIMORI_CAPTURES");
    if (folder == nullptr) GTEST_SKIP() << "SEKIMORI_CAPTURES names no folder of captures";
    captures_ = folder;
  }

  /// Replays a capture from outside and returns the report.
  Json replay(const std::string& capture, const std::string& policy) {
    std::ofstream{work_.path() / "policy.toml"} << policy;
    const ProgramResult result =
        run_replay({"--policy", (work_.path() / "policy.toml").string(), "--outside",
                    (captures_ / capture).string(), "--to-outside", to_outside().string(),
                    "--to-inside", to_inside().string(), "--seed", "1", "--json"});
    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(result.errors, "");
    Json report = Json::parse(result.output);
    expect_sums(report);
    return report;
  }

  [[nodiscard]] std::filesystem::path capture(const std::string& name) const {
    return captures_ / name;
  }
  [[nodiscard]] std::filesystem::path to_outside() const { return work_.path() / "outside.pcap"; }
  [[nodiscard]] std::filesystem::path to_inside() const { return work_.path() / "inside.pcap"; }

  static std::uint64_t sum(const Json& group) {
    std::uint64_t total = 0;
    for (const auto& [name, value] : group.items()) total += value.get<std::uint64_t>();
    return total;
  }

 private:
  /// What came in is what was decided on, and what was sent is what was to be sent.
  static void expect_sums(const Json& report) {
    EXPECT_EQ(sum(report["verdicts"]), report["packets_in"]);
    EXPECT_EQ(report["packets"]["received"], report["packets_in"]);
    EXPECT_EQ(sum(report["drops"]), report["verdicts"]["drop"]);
    const Json& counters = report["counters"];
    const auto number = [](const Json& value) { return value.get<std::uint64_t>(); };
    EXPECT_EQ(number(report["verdicts"]["forward"]) + number(report["verdicts"]["reply"]) +
                  number(counters["generated_outside"]) + number(counters["generated_inside"]),
              number(report["to_outside_packets"]) + number(report["to_inside_packets"]));
    EXPECT_EQ(counters["sent_outside_packets"], report["to_outside_packets"]);
    EXPECT_EQ(counters["sent_inside_packets"], report["to_inside_packets"]);
  }

  TemporaryFolder work_;
  std::filesystem::path captures_;
};

std::string protect(const std::string& mode) {
  return "[[object]]\nname = \"victim\"\nprefixes = [\"10.10.10.10\"]\nsyn = \"" + mode + "\"\n";
}

void for_each_packet(const std::filesystem::path& path,
                     const std::function<void(const CapturedPacket&)>& look) {
  auto reader = CaptureReader::open(path.string());
  ASSERT_TRUE(reader.has_value()) << reader.error();
  for (; reader->front() && !testing::Test::HasFatalFailure(); reader->next()) {
    look(*reader->front());
  }
  EXPECT_EQ(reader->fault(), "");
}

/// The words of a line by their keys.
std::map<std::string, std::string> words_of(std::span<const std::uint8_t> frame, Side toward) {
  std::map<std::string, std::string> words;
  for (const Word& word : split_words(decode_packet(frame, toward))) {
    words[word.key] = word.value;
  }
  return words;
}

/// Every packet that was sent outside is the answer to the SYN of the same place in the capture:
/// exchanged ends, right checksums, and the acknowledgement that `acknowledges` wants.
void expect_answers(const std::filesystem::path& syns, const std::filesystem::path& answers,
                    bool acknowledges) {
  struct Syn {
    std::string source;
    std::string destination;
    std::uint32_t sequence;
  };
  std::vector<Syn> expected;
  for_each_packet(syns, [&](const CapturedPacket& packet) {
    auto words = words_of(packet.bytes, Side::inside);
    ASSERT_EQ(words["flags"], "S");
    expected.push_back({words["source"], words["destination"],
                        static_cast<std::uint32_t>(std::stoul(words["seq"]))});
  });
  std::size_t next = 0;
  for_each_packet(answers, [&](const CapturedPacket& packet) {
    auto words = words_of(packet.bytes, Side::outside);
    ASSERT_LT(next, expected.size());
    const Syn& syn = expected[next++];
    ASSERT_EQ(words["flags"], "S.");
    ASSERT_EQ(words["source"], syn.destination);
    ASSERT_EQ(words["destination"], syn.source);
    ASSERT_FALSE(words.contains("badsum"));
    ASSERT_FALSE(words.contains("badip"));
    const auto acknowledged = static_cast<std::uint32_t>(std::stoul(words["ack"]));
    ASSERT_EQ(acknowledged == syn.sequence + 1, acknowledges);
  });
  EXPECT_EQ(next, expected.size());
}

std::size_t packets_in(const std::filesystem::path& path) {
  std::size_t count = 0;
  for_each_packet(path, [&](const CapturedPacket&) { ++count; });
  return count;
}

TEST_F(Captures, ProxyAnswersEverySynOfAFloodAndLetsNoneThrough) {
  const Json report = replay(syn_flood, protect("proxy"));
  EXPECT_EQ(report["packets_in"], syn_flood_packets);
  EXPECT_EQ(report["verdicts"]["reply"], syn_flood_packets);
  EXPECT_EQ(report["counters"]["syn_received"], syn_flood_packets);
  EXPECT_EQ(report["counters"]["syn_ack_sent"], syn_flood_packets);
  EXPECT_EQ(report["to_outside_packets"], syn_flood_packets);
  EXPECT_EQ(report["to_inside_packets"], 0);
  EXPECT_EQ(packets_in(to_inside()), 0U);
  expect_answers(capture(syn_flood), to_outside(), true);
}

TEST_F(Captures, ResetAnswersEverySynOfAFlood) {
  const Json report = replay(syn_flood, protect("reset"));
  EXPECT_EQ(report["counters"]["syn_ack_sent"], syn_flood_packets);
  EXPECT_EQ(report["counters"]["source_authenticated"], 0);
  EXPECT_EQ(report["to_inside_packets"], 0);
  expect_answers(capture(syn_flood), to_outside(), true);
}

TEST_F(Captures, BadAckChallengesEverySynOfAFlood) {
  const Json report = replay(syn_flood, protect("bad-ack"));
  EXPECT_EQ(report["counters"]["syn_ack_sent"], syn_flood_packets);
  EXPECT_EQ(report["counters"]["source_authenticated"], 0);
  EXPECT_EQ(report["to_inside_packets"], 0);
  expect_answers(capture(syn_flood), to_outside(), false);
}

TEST_F(Captures, RetransmitDropsTheFirstSynOfEverySource) {
  const Json report = replay(syn_flood, protect("retransmit"));
  EXPECT_EQ(report["to_outside_packets"], 0);
  const auto first = report["drops"]["syn_first"].get<std::uint64_t>();
  const auto too_soon = report["drops"]["syn_too_soon"].get<std::uint64_t>();
  const auto forwarded = report["verdicts"]["forward"].get<std::uint64_t>();
  EXPECT_EQ(first + too_soon + forwarded, syn_flood_packets);
  // The sources are drawn at random; hardly any two packets of one are the same SYN.
  EXPECT_GE(first, syn_flood_packets * 99 / 100);
  EXPECT_EQ(report["to_inside_packets"], forwarded);
}

TEST_F(Captures, OffForwardsAFloodUnchanged) {
  const Json report = replay(syn_flood, protect("off"));
  EXPECT_EQ(report["verdicts"]["forward"], syn_flood_packets);
  EXPECT_EQ(report["to_outside_packets"], 0);
  std::vector<Bytes> sent;
  for_each_packet(to_inside(), [&](const CapturedPacket& packet) {
    sent.emplace_back(packet.bytes.begin(), packet.bytes.end());
  });
  ASSERT_EQ(sent.size(), syn_flood_packets);
  std::size_t next = 0;
  for_each_packet(capture(syn_flood), [&](const CapturedPacket& packet) {
    ASSERT_TRUE(std::ranges::equal(packet.bytes, sent[next++]));
  });
}

TEST_F(Captures, LimitsOfUdpAndFragmentsHoldAmplificationBack) {
  const std::string policy = R"(
[[object]]
name = "everything"
prefixes = ["0.0.0.0/0"]

[object.limit.udp]
packets = "100"

[object.limit.fragment]
packets = "100"
)";
  for (const std::string name : {"amp.dns.RRSIG.fragmented.pcap", "amp.UDP.isakmp.pcap"}) {
    SCOPED_TRACE(name);
    const Json report = replay(name, policy);
    const auto limited = report["drops"]["limit_udp"].get<std::uint64_t>() +
                         report["drops"]["limit_fragment"].get<std::uint64_t>();
    EXPECT_GT(limited, 0U);
    // Two classes at 100 packets a second, and 0.1 s worth of each as a burst.
    const double allowed = 200 * report["duration_s"].get<double>() + 24;
    EXPECT_LE(report["verdicts"]["forward"].get<double>(), allowed);
  }
}

TEST_F(Captures, RefusedFragmentsAreAllThatIsLeftOfAFragmentedAmplification) {
  const Json report = replay("amp.dns.RRSIG.fragmented.pcap", R"(
[[object]]
name = "everything"
prefixes = ["0.0.0.0/0"]
fragments = "drop"
)");
  EXPECT_GT(report["drops"]["fragment_refused"].get<std::uint64_t>(), 0U);
  for_each_packet(to_inside(), [](const CapturedPacket& packet) {
    EXPECT_FALSE(words_of(packet.bytes, Side::inside).contains("frag"));
  });
}

}  // namespace
}  // namespace sekimori::test
