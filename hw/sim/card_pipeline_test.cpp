#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "dataplane/pipeline/pipeline.hpp"
#include "hw/sim/answer_tally.hpp"
#include "hw/sim/golden.hpp"
#include "hw/sim/length.hpp"
#include "hw/sim/traffic.hpp"

namespace sekimori {
namespace {

constexpr std::uint64_t start_ms = 1'700'000'012'345;

/// A frame in a buffer with room for an answer.
struct Buffer {
  explicit Buffer(const Bytes& frame) : bytes(frame), length(frame.size()) {
    bytes.resize(std::max(bytes.size(), reply_capacity + metadata::bytes));
  }
  [[nodiscard]] Frame frame() {
    return {.data = bytes.data(),
            .length = static_cast<std::uint32_t>(length),
            .capacity = static_cast<std::uint32_t>(bytes.size())};
  }
  Bytes bytes;
  std::size_t length;
};

/// What became of a frame.
struct Fate {
  Decision decision;
  Bytes frame;
};

/// A pipeline with what it counts.
class Box {
 public:
  Box(const PolicyContents& contents, const MasterSecret& secret, const Golden& golden)
      : slots_(contents.global.object_capacity),
        policy_(PolicyTables::build(PolicyImage::build(contents).value(), slots_).value()),
        meters_(contents.global.object_capacity),
        now_(golden.now()),
        pipeline_(policy_.global(), 1, secret, golden.keys(), stats_, meters_, *evidence_) {}

  std::vector<Fate> take(const std::vector<Bytes>& burst, bool behind_card) {
    std::vector<Buffer> buffers;
    std::vector<Frame> frames;
    for (const Bytes& bytes : burst) buffers.emplace_back(bytes);
    for (Buffer& buffer : buffers) frames.push_back(buffer.frame());
    std::vector<Decision> decisions(frames.size());
    CardMarks marks;
    if (behind_card) take_marks(frames, marks);
    pipeline_.process(Side::outside, frames, decisions, policy_, now_,
                      behind_card ? &marks : nullptr);
    pipeline_.outbox().clear();
    std::vector<Fate> fates;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      fates.push_back({decisions[i], {frames[i].data, frames[i].data + frames[i].length}});
    }
    return fates;
  }

  void set_time(const Now& now) { now_ = now; }

  [[nodiscard]] const WorkerStats& stats() const { return stats_; }
  [[nodiscard]] const std::vector<ObjectMeters>& meters() const { return meters_; }
  [[nodiscard]] std::uint64_t count(Counter c) const {
    return stats_.counters[static_cast<std::size_t>(c)];
  }

 private:
  ObjectSlots slots_;
  PolicyTables policy_;
  WorkerStats stats_;
  std::vector<ObjectMeters> meters_;
  std::unique_ptr<WorkerEvidence> evidence_ = std::make_unique<WorkerEvidence>();
  Now now_;
  Pipeline pipeline_;
};

/// Counters that tell whether a card did the work; all others are the same without one.
const std::set<Counter> told_apart{Counter::received_outside_packets,
                                   Counter::received_outside_bytes,
                                   Counter::syn_received,
                                   Counter::syn_ack_sent,
                                   Counter::card_marked,
                                   Counter::card_unmarked,
                                   Counter::card_cookie_valid,
                                   Counter::card_syn_answered,
                                   Counter::card_syn_ack_sent};

/// New frames, and now and then one of the last ones again, as of a connection that is known.
std::vector<Bytes> random_burst(Random& random, const Golden& golden, std::vector<Bytes>& last) {
  std::vector<Bytes> burst;
  const std::size_t size = 1 + random.below(max_burst);
  const auto known = static_cast<std::uint32_t>(last.size());
  for (std::size_t i = 0; i < size; ++i) {
    const bool again = known != 0 && random.chance(1, 4);
    burst.push_back(again ? last[random.below(known)] : bench_frame(random, golden));
  }
  last = burst;
  return burst;
}

/// The card's model in front of one pipeline, and another pipeline that does everything itself.
class BehindACard : public ::testing::TestWithParam<bool> {
 protected:
  /// Whether the card's answers come to the host, to be sent back; if not, reports of them do.
  [[nodiscard]] static bool answers_to_host() { return GetParam(); }

  void pass_time(std::uint64_t ms) {
    card_.advance(ms);
    behind_.set_time(card_.now());
    alone_.set_time(card_.now());
  }

  void compare(const std::vector<Bytes>& burst) {
    std::vector<Bytes> on;
    std::vector<Outcome> outcomes;
    for (const Bytes& frame : burst) {
      Outcome& outcome = outcomes.emplace_back(card_.judge(frame));
      if (answers_to_host() || !outcome.back) {
        on.push_back(outcome.marked());
        continue;
      }
      tally_.enter(outcome, frame, tables_.destinations);
      if (!outcome.report.empty()) on.push_back(outcome.report);
    }
    const std::vector<Fate> wanted = alone_.take(burst, false);
    const std::vector<Fate> got = behind_.take(on, true);
    std::size_t next = 0;
    for (std::size_t i = 0; i < burst.size(); ++i) {
      const Outcome& outcome = outcomes[i];
      if (outcome.back) {
        ++answered_;
        ASSERT_EQ(wanted[i].decision.verdict, Verdict::reply);
        ASSERT_EQ(outcome.frame, wanted[i].frame);
        if (!outcome.report.empty()) {
          const Fate& report = got[next++];
          ASSERT_EQ(report.decision.verdict, Verdict::drop);
          ASSERT_EQ(report.decision.reason, DropReason::syn_reported);
          ++reported_;
        }
        if (!answers_to_host()) continue;
      }
      const Fate& fate = got[next++];
      ASSERT_EQ(fate.decision.verdict, wanted[i].decision.verdict) << "frame " << i;
      if (fate.decision.verdict == Verdict::drop) {
        ASSERT_EQ(fate.decision.reason, wanted[i].decision.reason) << "frame " << i;
      }
      ASSERT_EQ(fate.frame, wanted[i].frame) << "frame " << i;
    }
  }

  /// Objects are credited with what the card answers. Bytes may differ, as it cuts payloads off.
  void compare_meters() const {
    if (!answers_to_host()) {
      EXPECT_EQ(syns(behind_) + tally_.unreported(), syns(alone_));
      return;
    }
    for (std::size_t i = 0; i < alone_.meters().size(); ++i) {
      const ObjectMeters& wanted = alone_.meters()[i];
      const ObjectMeters& got = behind_.meters()[i];
      EXPECT_EQ(got.syn_received, wanted.syn_received) << "object " << i;
      EXPECT_EQ(got.syn_ack_sent, wanted.syn_ack_sent) << "object " << i;
      for (const TrafficClass c : {TrafficClass::total, TrafficClass::tcp}) {
        EXPECT_EQ(got.of(c).packets, wanted.of(c).packets) << "object " << i;
      }
    }
  }

  /// Of all objects.
  static std::uint64_t syns(const Box& box) {
    std::uint64_t sum = 0;
    for (const ObjectMeters& meters : box.meters()) sum += meters.syn_received;
    return sum;
  }
  /// What has been dropped, but for reports, which are nobody's packets.
  static auto drops(const Box& box) {
    auto drops = box.stats().drops;
    drops[static_cast<std::size_t>(DropReason::syn_reported)] = 0;
    return drops;
  }

  const PolicyContents contents_ = bench_policy(0);
  const MasterSecret secret_ = MasterSecret::from_seed(1);
  Golden card_{contents_, secret_, start_ms};
  const OffloadTables tables_ =
      OffloadTables::from_policy(card_.policy(), {},
                                 {.levels = 4, .source_levels = 2, .profile_bits = 6})
          .value();
  AnswerTally tally_;
  Box behind_{contents_, secret_, card_};
  Box alone_{contents_, secret_, card_};
  std::uint64_t answered_ = 0;
  std::uint64_t reported_ = 0;
};

/// Whatever leaves, why something is dropped and what is counted is the same.
TEST_P(BehindACard, SoftwareDoesWhatItDoesWithoutOne) {
  Random random{3};
  std::vector<Bytes> last;
  const std::size_t bursts = run_length(2'000, 200'000);
  for (std::size_t i = 0; i < bursts; ++i) {
    ASSERT_NO_FATAL_FAILURE(compare(random_burst(random, card_, last)));
    if (i % 16 == 0) pass_time(1);
  }
  EXPECT_EQ(drops(behind_), drops(alone_));
  for (std::size_t c = 0; c < counter_count; ++c) {
    if (told_apart.contains(static_cast<Counter>(c))) continue;
    EXPECT_EQ(behind_.stats().counters[c], alone_.stats().counters[c]) << counter_texts[c].name;
  }
  EXPECT_GT(answered_, bursts);
  EXPECT_EQ(alone_.count(Counter::syn_ack_sent) - behind_.count(Counter::syn_ack_sent), answered_);
  EXPECT_EQ(behind_.count(Counter::card_syn_ack_sent), answers_to_host() ? answered_ : 0);
  compare_meters();
  EXPECT_EQ(reported_ > bursts / 16, !answers_to_host());
  EXPECT_GT(behind_.count(Counter::card_cookie_valid), bursts);
}

INSTANTIATE_TEST_SUITE_P(AnswersToHost, BehindACard, ::testing::Bool());

}  // namespace
}  // namespace sekimori
