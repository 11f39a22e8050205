#include <gtest/gtest.h>

#include "dataplane/packet/headers.hpp"
#include "hw/sim/kernel_fixture.hpp"
#include "hw/sim/length.hpp"

namespace sekimori {
namespace {

using Kernel = KernelTest;
using Counter = SynCookieKernel::Counter;

const Address web = Address::parse("192.0.2.1").value();

TEST_F(Kernel, SaysWhatItIs) {
  EXPECT_EQ(kernel_.capacity().levels, 4U);
  EXPECT_EQ(kernel_.capacity().source_levels, 2U);
  EXPECT_EQ(kernel_.capacity().profile_bits, 6U);
}

TEST_F(Kernel, KeysCannotBeReadBack) {
  begin_epoch(0, start_ms);
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(bench_.read(syn_cookie_registers::key + 4 * i), 0U);
  }
}

TEST_F(Kernel, AnswersASynOfLinux) {
  begin_epoch(0, start_ms);
  queue(linux_syn(random_, web, 80));
  drain();
  EXPECT_EQ(seen_["syn_answered"], 1U);
  EXPECT_EQ(seen_["sent_back_frames"], 1U);
  check_counters();
}

TEST_F(Kernel, DoesNothingButMarkUntilItIsSwitchedOn) {
  begin_epoch(0, start_ms);
  kernel_.control({});
  queue(linux_syn(random_, web, 80));
  for (int i = 0; i < 200; ++i) bench_.clock();
  ASSERT_EQ(bench_.sent_on.size(), 1U);
  EXPECT_TRUE(bench_.sent_back.empty());
}

/// The main comparison: whatever comes, at every pace of both ends.
TEST_F(Kernel, MakesOfEveryFrameWhatSoftwareMakes) {
  begin_epoch(0, start_ms);
  const std::uint64_t rounds = run_length(12, 500);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    constexpr std::array<Pace, 4> paces{{{.send = 8, .take = 8, .take_back = 8},
                                         {.send = 4, .take = 8, .take_back = 8},
                                         {.send = 8, .take = 3, .take_back = 2},
                                         {.send = 6, .take = 6, .take_back = 1}}};
    bench_.set_pace(paces[round % paces.size()]);
    queue_random(2000);
    ASSERT_NO_FATAL_FAILURE(run_until(0));
  }
  drain();
  EXPECT_EQ(compared_, 2000 * rounds);
  EXPECT_GT(seen_["syn_answered"], 200 * rounds);
  EXPECT_GT(seen_["cookie_valid"], 100 * rounds);
  EXPECT_GT(seen_["cookie_invalid"], 100 * rounds);
  EXPECT_GT(seen_["checksum_bad"], 10 * rounds);
  EXPECT_GT(seen_["malformed"], 10 * rounds);
  EXPECT_GT(seen_["unparsed"], rounds);
  check_counters();
}

TEST_F(Kernel, SendsAnswersToTheHostIfAsked) {
  begin_epoch(0, start_ms);
  control({.answer = true, .answers_to_host = true});
  queue_random(1000);
  drain();
  EXPECT_GT(seen_["syn_answered"], 100U);
  EXPECT_EQ(seen_["sent_back_frames"], 0U);
  check_counters();
}

/// SYN-ACKs that find no way back hold up what comes behind them, and none is lost.
TEST_F(Kernel, LosesNoAnswerWhileItsWayIsSlow) {
  begin_epoch(0, start_ms);
  bench_.set_pace({.send = 8, .take = 8, .take_back = 1});
  for (int i = 0; i < 300; ++i) queue(linux_syn(random_, web, 80));
  drain();
  EXPECT_EQ(seen_["sent_back_frames"], 300U);
  check_counters();
}

/// A scale that was learned is advertised from the next slot on, and until then the one before it.
TEST_F(Kernel, AdvertisesALearnedScaleFromTheNextSlotOn) {
  for (const std::uint64_t age : {0U, 1U, 2U}) {
    for (const std::uint8_t scale : {std::uint8_t{3}, no_window_scale}) {
      begin_epoch(0, start_ms);
      learn(web, 80, scale, golden().slot() - age);
      for (int i = 0; i < 20; ++i) queue(linux_syn(random_, web, 80));
      drain();
    }
  }
  EXPECT_EQ(seen_["syn_answered"], 120U);
}

/// Policies, slots and keys change while frames flow.
TEST_F(Kernel, ChangesPolicySlotAndKeysUnderTraffic) {
  bench_.set_pace({.send = 7, .take = 7, .take_back = 7});
  std::uint64_t unix_ms = start_ms;
  begin_epoch(0, unix_ms);
  const std::uint64_t epochs = run_length(8, 100);
  for (std::uint64_t epoch = 1; epoch < epochs; ++epoch) {
    queue_random(600);
    ASSERT_NO_FATAL_FAILURE(run_until(300));
    drain();
    unix_ms += random_.chance(1, 2) ? 64'000 : 1 + random_.below(1000);
    begin_epoch(static_cast<unsigned>(epoch), unix_ms);
  }
  queue_random(600);
  drain();
  EXPECT_GT(seen_["syn_answered"], 50 * epochs);
  EXPECT_GT(seen_["cookie_valid"], 20 * epochs);
}

/// Tables are written and exchanged in the middle of a stream of SYNs; each is judged by one of the
/// two policies and by no mixture of them.
TEST_F(Kernel, ExchangesTablesBetweenTwoFrames) {
  begin_epoch(0, start_ms);
  for (unsigned epoch = 1; epoch < 6; ++epoch) {
    for (int i = 0; i < 9000; ++i) queue(linux_syn(random_, bench_destination(random_, false), 80));
    ASSERT_NO_FATAL_FAILURE(run_until(8900));
    begin_epoch(epoch, start_ms);
    ASSERT_GT(bench_.waiting(), 0U) << "the tables were not written under traffic";
    ASSERT_NO_FATAL_FAILURE(drain());
  }
  EXPECT_EQ(compared_, 45'000U);
}

/// Lookups that began before an exchange end in the bank that the host may write next.
TEST_F(Kernel, AcceptsNoWriteUntilLookupsInTheOldBankHaveEnded) {
  constexpr std::uint64_t lookup_clocks = 38;  // of packet_judge
  begin_epoch(0, start_ms);
  const std::uint64_t before = bench_.clocks();
  bench_.write(syn_cookie_registers::table_swap, 1);
  bench_.write(syn_cookie_registers::table_write, 0);
  EXPECT_GE(bench_.clocks() - before, lookup_clocks);
}

TEST_F(Kernel, DropsFramesReceivedWithAnErrorAndFramesTooLong) {
  begin_epoch(0, start_ms);
  std::uint64_t errors = 0;
  std::uint64_t too_long = 0;
  for (int i = 0; i < 400; ++i) {
    if (random_.chance(1, 4)) {
      queue(bench_frame(random_, golden()), true, true);
      ++errors;
    } else if (random_.chance(1, 16)) {
      queue(Bytes(9601 + random_.below(9000), 0x55), true);
      ++too_long;
    } else {
      queue_random(1);
    }
  }
  drain();
  const auto counters = kernel_.read_counters();
  EXPECT_EQ(value(counters, Counter::receive_error), errors);
  EXPECT_EQ(value(counters, Counter::oversize), too_long);
  EXPECT_GT(compared_, 200U);
}

/// Milliseconds and slot change together: the new milliseconds alone do nothing.
TEST_F(Kernel, SetsItsClockAsAWhole) {
  begin_epoch(0, start_ms);
  bench_.write(syn_cookie_registers::time_ms, 5);
  EXPECT_EQ(bench_.read(syn_cookie_registers::time_now), static_cast<std::uint32_t>(start_ms));
  bench_.write(syn_cookie_registers::time_slot, 0);
  EXPECT_EQ(bench_.read(syn_cookie_registers::time_now), 5U);
}

/// The kernel's own clock: it counts milliseconds and turns to the next slot.
TEST_F(Kernel, KeepsTimeOverTheEndOfASlot) {
  constexpr std::uint64_t slot_end = 1'700'000'000'000 / 64'000 * 64'000 + 64'000;
  begin_epoch(0, slot_end - 1);
  kernel_.set_time(slot_end - 1, 1000);
  for (int i = 0; i < 900; ++i) bench_.clock();
  EXPECT_EQ(bench_.read(syn_cookie_registers::time_now), static_cast<std::uint32_t>(slot_end - 1));
  for (int i = 0; i < 200; ++i) bench_.clock();
  EXPECT_EQ(bench_.read(syn_cookie_registers::time_now), static_cast<std::uint32_t>(slot_end));
  // A SYN now gets a cookie of the new slot: what software makes a millisecond later.
  Golden later{bench_policy(0), MasterSecret::from_seed(1), slot_end};
  const Bytes syn = linux_syn(random_, web, 80);
  bench_.queue(syn);
  for (int i = 0; i < 200; ++i) bench_.clock();
  ASSERT_EQ(bench_.sent_back.size(), 1U);
  EXPECT_EQ(bench_.sent_back.front().frame, later.judge(syn).frame);
  for (int i = 0; i < 1000; ++i) bench_.clock();
  EXPECT_EQ(bench_.read(syn_cookie_registers::time_now), static_cast<std::uint32_t>(slot_end + 1));
}

/// A host that does not set the time any more gives no new keys either.
TEST_F(Kernel, LeavesEverythingToSoftwareWhenItsHostHasGone) {
  constexpr std::uint32_t max_silence_ms = 4000;  // of kernel_clock
  constexpr std::uint32_t clocks_per_ms = 2;
  begin_epoch(0, start_ms);
  const auto answers = [this] {
    bench_.sent_back.clear();
    bench_.sent_on.clear();
    bench_.queue(linux_syn(random_, web, 80));
    for (int i = 0; i < 200; ++i) bench_.clock();
    EXPECT_EQ(bench_.sent_back.size() + bench_.sent_on.size(), 1U);
    return !bench_.sent_back.empty();
  };
  const auto passed_ms = [this] {
    return kernel_.time_ms() - static_cast<std::uint32_t>(start_ms);
  };
  kernel_.set_time(start_ms, clocks_per_ms);
  while (passed_ms() < max_silence_ms - 500) bench_.clock();
  EXPECT_TRUE(answers());
  while (passed_ms() < max_silence_ms) bench_.clock();
  EXPECT_FALSE(answers());
  kernel_.set_time(start_ms, clocks_per_ms);
  EXPECT_TRUE(answers());
}

}  // namespace
}  // namespace sekimori
