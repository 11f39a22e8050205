#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/packet/frame.hpp"
#include "tests/support/bindings.hpp"
#include "tests/support/packet_text.hpp"

namespace sekimori::test {

/// One packet as a line of a scenario's file.
struct ScenarioLine {
  std::vector<std::string> comments;  ///< the lines right above it that are none
  std::uint64_t time_ns = 0;          ///< since the start of the scenario
  Side side = Side::outside;          ///< where it comes from or goes to
  std::string text;
  std::size_t number = 0;  ///< its line in the file
};

/// One packet that the replay sent.
struct SentPacket {
  std::uint64_t time_ns = 0;
  Bytes bytes;
};

/// What one run of the replay gave.
struct Outcome {
  std::vector<SentPacket> to_outside;
  std::vector<SentPacket> to_inside;
  nlohmann::ordered_json report;
};

/// A folder that tells one story: `policy.toml`, `in.txt` with the packets that arrive,
/// `to_outside.txt` and `to_inside.txt` with those that must leave, byte by byte, and
/// `counters.json`. See README.md beside this file.
class Scenario {
 public:
  /// Throws std::runtime_error when a file cannot be read or a line is wrong.
  explicit Scenario(std::filesystem::path folder);

  /// Replays the packets and returns what differs from what is expected; empty when nothing does.
  std::string check();
  /// Rewrites the expectations to what the replay does, for a person to read and judge.
  void bless();

 private:
  [[nodiscard]] std::vector<ScenarioLine> read(const std::string& name, bool with_side) const;
  void run();
  [[nodiscard]] Outcome replay(std::size_t packets) const;
  void bind(const std::vector<ScenarioLine>& expected, const std::vector<SentPacket>& sent,
            Side toward);
  [[nodiscard]] std::string differences(const std::vector<ScenarioLine>& expected,
                                        const std::vector<SentPacket>& sent, Side toward) const;
  [[nodiscard]] bool same(const ScenarioLine& expected, const SentPacket& sent, Side toward) const;
  [[nodiscard]] std::string describe(const SentPacket& sent, Side toward) const;
  [[nodiscard]] std::string counter_differences() const;
  void bless_packets(const std::string& name, const std::vector<ScenarioLine>& expected,
                     const std::vector<SentPacket>& sent, Side toward) const;

  std::filesystem::path folder_;
  std::vector<ScenarioLine> in_;
  std::vector<ScenarioLine> to_outside_;
  std::vector<ScenarioLine> to_inside_;
  Bindings bindings_;
  Outcome outcome_;
};

}  // namespace sekimori::test
