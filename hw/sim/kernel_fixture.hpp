#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "Vsyn_cookie.h"
#include "hw/host/syn_cookie_kernel.hpp"
#include "hw/sim/answer_tally.hpp"
#include "hw/sim/golden.hpp"
#include "hw/sim/stream_bench.hpp"
#include "hw/sim/traffic.hpp"

namespace sekimori {

using KernelBench = StreamBench<Vsyn_cookie>;

/// The kernel beside its model. Whatever leaves the kernel is compared with what software makes of
/// the frame, byte by byte with its metadata, and the order of each stream is checked.
///
/// What the host has set is an epoch. A frame may meet any epoch between the one in which it was
/// queued and the one in which it leaves, as the host changes things while frames flow.
class KernelTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t start_ms = 1'700'000'012'345;

  KernelTest();

  /// Loads a policy, keys and a clock that stands still at `unix_ms`.
  void begin_epoch(unsigned policy_variant, std::uint64_t unix_ms, std::uint64_t secret = 1);
  /// Lets both know a server's window scale, learned in cookie slot `slot`.
  void learn(const Address& server, std::uint16_t port, std::uint8_t window_scale,
             std::uint64_t slot);
  [[nodiscard]] Golden& golden() { return *epochs_.back(); }
  /// From now on and in later epochs the kernel does this. With reports, an epoch begins and time
  /// passes only when nothing is inside: the order of SYNs and their times decide about those.
  void control(const SynCookieKernel::Options& options);
  /// Lets time pass, within the cookie slot and with nothing inside.
  void advance(std::uint64_t ms);

  void queue(const Bytes& frame, bool dropped = false, bool receive_error = false);
  void queue_random(std::uint64_t frames);
  /// Runs until `left` frames wait to enter, comparing on the way.
  void run_until(std::size_t left);
  /// Runs until nothing is inside any more, and checks that everything has left.
  void drain();
  /// Clocks of the bench, with comparison.
  void run(std::uint64_t clocks);
  /// Compares the kernel's counters with those of the outcomes since the start. Only where there
  /// was one epoch are they certain.
  void check_counters();

  KernelBench bench_;
  SynCookieKernel kernel_;
  Random random_{11};
  std::map<std::string, std::uint64_t> seen_;
  AnswerTally tally_;
  std::uint64_t compared_ = 0;

 private:
  struct Pending {
    Bytes frame;
    std::size_t since = 0;  ///< epoch
    bool dropped = false;
    bool left_on = false;
    bool left_back = false;
    bool done = false;
    std::vector<Outcome> outcomes;  ///< of the epochs from `since` on
  };

  void load_epoch();
  /// Loads the last epoch's policy, with what has been learned.
  void load_tables(std::span<const LearnedServer> learned = {});
  void compare();
  void match(const KernelBench::Sent& sent, bool back, std::size_t& next);
  /// The outcome that has sent this; none if no outcome of the frame has.
  const Outcome* sender(Pending& pending, const Bytes& sent, bool back);
  [[nodiscard]] bool goes_back(const Outcome& outcome) const;
  void note(const Pending& pending, const Outcome& outcome);
  void forget_done();

  std::vector<std::unique_ptr<Golden>> epochs_;
  std::deque<Pending> pending_;
  std::size_t next_on_ = 0;    ///< first in `pending_` that may leave next towards the host
  std::size_t next_back_ = 0;  ///< and back
  SynCookieKernel::Options options_{.answer = true};
  std::optional<OffloadTables> tables_;  ///< of the last epoch
};

}  // namespace sekimori
