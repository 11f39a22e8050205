#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/state/suffix_set.hpp"
#include "hw/host/card.hpp"
#include "hw/host/syn_cookie_kernel.hpp"
#include "hw/sim/answer_tally.hpp"
#include "hw/sim/frames.hpp"
#include "hw/sim/golden.hpp"

namespace sekimori {

/// Loads a policy, keys and suffixes into a card, sends frames through its kernels by
/// `packet_mm2s` and `packet_s2mm`, and compares what comes out with what software makes of them,
/// byte by byte. Failures are GoogleTest's.
class CardCheck {
 public:
  /// With the bench's policy.
  explicit CardCheck(Card& card, std::uint64_t seed = 1);
  CardCheck(Card& card, const PolicyContents& policy, std::uint64_t seed);

  void load();
  /// Frames of every kind: handshakes, DNS questions, others, damaged ones, ones with an error.
  void run_random(std::size_t frames);
  /// All in one millisecond, which is the next after the last run's.
  void run(const std::vector<Bytes>& frames, const std::vector<bool>& errors = {});

  std::uint64_t compared = 0;
  std::uint64_t answered = 0;
  std::uint64_t reported = 0;
  std::uint64_t matched = 0;

 private:
  Card* card_;
  Random random_;
  Golden golden_;
  AnswerTally tally_;
  std::vector<SuffixSet::Entry> suffixes_;
  SuffixSet set_;
  std::optional<SynCookieKernel> syn_cookie_;
  std::optional<OffloadTables> tables_;
};

}  // namespace sekimori
