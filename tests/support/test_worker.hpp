#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/stages/burst.hpp"
#include "tests/support/bindings.hpp"
#include "tests/support/packet_text.hpp"
#include "tests/support/test_policy.hpp"

namespace sekimori::test {

/// The frame of a line of text on its way toward a side. Throws std::invalid_argument for a line
/// that is none.
[[nodiscard]] Bytes frame_bytes(std::string_view line, Side toward = Side::inside);

/// A block on the heap of exactly the capacity that its frame has, so that a sanitizer sees every
/// byte read or written behind it.
class FrameBuffer {
 public:
  explicit FrameBuffer(const Bytes& bytes, ChecksumHint hint = ChecksumHint::verify);

  [[nodiscard]] Frame& frame() { return frame_; }
  [[nodiscard]] Bytes bytes() const { return {frame_.data, frame_.data + frame_.length}; }

 private:
  std::unique_ptr<std::uint8_t[]> block_;
  Frame frame_;
};

/// What packet code runs on: a policy, keys, counters, and a clock that stands still until a test
/// moves it. It starts at the first second of a cookie slot.
struct TestGround {
  static constexpr std::uint64_t start_unix_s = 1'700'000'000;

  explicit TestGround(const TestPolicy& policy);

  void set_ms(std::uint64_t since_start_ms);
  /// Puts these measures in force, in place of those before. Throws std::invalid_argument for
  /// measures that the policy does not take.
  void set_measures(const std::vector<Measure>& measures);
  /// The counters that are not 0, as "name=value name=value" in the order of the one list.
  [[nodiscard]] std::string counters() const;
  [[nodiscard]] std::string verdicts() const;
  [[nodiscard]] std::string drops() const;
  [[nodiscard]] std::uint64_t counter(Counter c) const {
    return stats.counters[static_cast<std::size_t>(c)];
  }

  MasterSecret secret = MasterSecret::from_seed(1);
  CookieKeys keys;
  ObjectSlots slots;
  PolicyTables policy;
  WorkerStats stats;
  std::vector<ObjectMeters> meters;
  std::unique_ptr<WorkerEvidence> evidence = std::make_unique<WorkerEvidence>();
  Now now;
};

/// Packets as text, with `$names` for the numbers that the code under test makes up. A name gets
/// its value from the first packet that shows it.
class TextPackets {
 public:
  /// The frame of a line whose names all have values.
  [[nodiscard]] Bytes read(std::string_view line, Side toward) const;
  /// Whether `actual` is the frame that `expected` describes; learns the values of new names.
  [[nodiscard]] bool same(std::string_view expected, const Bytes& actual, Side toward);
  /// The line of a frame.
  [[nodiscard]] std::string show(const Bytes& frame, Side toward) const;

 private:
  Bindings names_;
};

/// One moment of a story about packets.
struct Step {
  std::uint64_t at_ms = 0;  ///< since the start
  std::string outside{};    ///< the packet that comes from outside, if one does
  std::string inside{};     ///< or from inside; without either, the timers run
  /// What becomes of it: "open", "forward", "reply", "hold" or "drop REASON". A packet that has
  /// changed on the way follows as a line of text.
  std::string becomes{};
  /// What is in the outbox then: "outside LINE" or "inside LINE".
  std::vector<std::string> sent{};
};

/// A worker's state with the stages that a test is about.
class TestWorker {
 public:
  using Stage = std::function<void(Burst&, StageContext&)>;
  using Timer = std::function<void(StageContext&)>;

  TestWorker(const TestPolicy& policy, std::vector<Stage> stages, Timer timer = {});

  /// Plays the steps and checks what each says, as GoogleTest expectations.
  void play(const std::vector<Step>& steps);
  /// Takes one burst through the stages; the texts of `Step::becomes` in their canonical form.
  std::vector<std::string> take(Side from, const std::vector<std::string>& lines);

  TestGround ground;
  WorkerState state;

 private:
  void play_step(const Step& step);
  void check_sent(const Step& step);

  std::vector<Stage> stages_;
  Timer timer_;
  TextPackets text_;
  std::unique_ptr<Burst> burst_ = std::make_unique<Burst>();
};

}  // namespace sekimori::test
