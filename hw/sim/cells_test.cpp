#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <vector>

#include "Vcounters.h"
#include "Vcredit_fifo.h"
#include "Vdelay_line.h"
#include "Vfifo.h"
#include "Vpacket_drop_fifo.h"
#include "Vrr_arbiter.h"
#include "Vskid_buffer.h"
#include "hw/sim/clocked.hpp"
#include "hw/sim/random.hpp"

// The proofs in hw/formal say that the cells are right for all time; these tests show what they do
// at full rate and that they are not right by never moving.

namespace sekimori {
namespace {

constexpr int clocks = 20'000;

/// Sends numbered words through a valid/ready cell; sender and receiver are ready `send` and `take`
/// times in eight. Returns how many came out.
template <typename Model>
std::uint32_t stream(unsigned send, unsigned take) {
  Clocked<Model> dut;
  Random random{1};
  std::uint32_t next_in = 0;
  std::uint32_t next_out = 0;
  bool offering = false;
  for (int i = 0; i < clocks; ++i) {
    offering = offering || random.chance(send, 8);
    dut->valid_i = offering;
    dut->data_i = next_in;
    dut->ready_i = random.chance(take, 8);
    dut.settle();
    if (dut->valid_o && dut->ready_i) {
      EXPECT_EQ(dut->data_o, next_out);
      ++next_out;
    }
    if (dut->valid_i && dut->ready_o) {
      ++next_in;
      offering = false;
    }
    dut.tick();
  }
  return next_out;
}

TEST(SkidBuffer, PassesAWordAClock) {
  EXPECT_GE(stream<Vskid_buffer>(8, 8), clocks - 2U);
}

TEST(SkidBuffer, KeepsOrderUnderStallsAndGaps) {
  EXPECT_GE(stream<Vskid_buffer>(5, 4), clocks / 4U);
}

TEST(Fifo, PassesAWordAClock) {
  EXPECT_GE(stream<Vfifo>(8, 8), clocks - 3U);
}

TEST(Fifo, KeepsOrderUnderStallsAndGaps) {
  EXPECT_GE(stream<Vfifo>(5, 4), clocks / 4U);
}

TEST(Fifo, HoldsItsDepthAndTheOutputRegister) {
  Clocked<Vfifo> dut;
  dut->ready_i = 0;
  dut->valid_i = 1;
  int taken = 0;
  for (int i = 0; i < 40; ++i) {
    dut.settle();
    taken += dut->ready_o;
    dut.tick();
  }
  EXPECT_EQ(taken, 8 + 1);
}

TEST(DelayLine, DelaysBySevenClocks) {
  Clocked<Vdelay_line> dut;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    dut->data_i = i;
    dut.tick();
    if (i >= 7) {
      ASSERT_EQ(dut->data_o, i + 1 - 7);
    }
  }
}

/// One packet in eight is too long to fit, one in eight has an error; the receiver stalls at times
/// for long.
TEST(PacketDropFifo, LosesWholePacketsOnlyAndReportsEach) {
  Clocked<Vpacket_drop_fifo> dut;
  Random random{2};
  std::deque<std::vector<std::uint32_t>> sent;
  std::vector<std::uint32_t> arriving;
  std::uint32_t drops = 0;
  std::uint32_t errors = 0;
  std::uint32_t intact = 0;
  std::uint32_t received = 0;
  std::uint32_t number = 0;
  bool taking = false;
  const auto watch = [&] {
    dut.settle();
    if (dut->valid_o && dut->ready_i) {
      arriving.push_back(dut->data_o);
      if (dut->last_o) {
        // What was dropped is missing; what arrives is some packet that was sent, whole.
        while (!sent.empty() && sent.front() != arriving) sent.pop_front();
        ASSERT_FALSE(sent.empty());
        sent.pop_front();
        arriving.clear();
        ++received;
      }
    }
    dut.tick();
    drops += dut->drop_full_o;
    errors += dut->drop_error_o;
  };
  for (int packet = 0; packet < 4000; ++packet) {
    const std::uint32_t length = random.chance(1, 8) ? 17 + random.below(10) : 1 + random.below(6);
    const bool broken = random.chance(1, 8);
    std::vector<std::uint32_t> words;
    for (std::uint32_t i = 0; i < length; ++i) words.push_back(number++);
    if (!broken) {
      sent.push_back(words);
      ++intact;
    }
    for (std::uint32_t i = 0; i < length; ++i) {
      if (random.chance(1, 64)) taking = !taking;
      dut->ready_i = taking;
      dut->valid_i = 1;
      dut->data_i = words[i];
      dut->last_i = i + 1 == length;
      dut->error_i = dut->last_i && broken;
      watch();
    }
    dut->valid_i = 0;
  }
  dut->ready_i = 1;
  for (int i = 0; i < 64; ++i) watch();
  EXPECT_EQ(received + drops + errors, 4000U);
  EXPECT_GT(received, 1000U);
  EXPECT_GT(drops, 400U);
  EXPECT_GT(errors, 100U);
  EXPECT_TRUE(arriving.empty());
  EXPECT_LE(received, intact);
}

/// The pipeline in front is a queue here whose words come out after 1 to 20 clocks.
TEST(CreditFifo, NeverOverflowsWhateverTheLatency) {
  Clocked<Vcredit_fifo> dut;
  Random random{3};
  std::deque<std::pair<int, std::uint32_t>> pipeline;
  std::uint32_t entered = 0;
  std::uint32_t left = 0;
  for (int i = 0; i < clocks; ++i) {
    dut->ready_i = random.chance(5, 8);
    dut.settle();
    dut->enter_i = dut->room_o && random.chance(6, 8);
    const bool due = !pipeline.empty() && pipeline.front().first <= i;
    dut->valid_i = due;
    if (due) {
      dut->data_i = pipeline.front().second;
      pipeline.pop_front();
    }
    if (dut->enter_i) pipeline.emplace_back(i + 1 + static_cast<int>(random.below(20)), entered++);
    dut.settle();
    if (dut->valid_o && dut->ready_i) {
      ASSERT_EQ(dut->data_o, left);
      ++left;
    }
    dut.tick();
  }
  EXPECT_GT(left, clocks / 3U);
  EXPECT_LE(entered - left, 16U);
}

TEST(RoundRobinArbiter, SharesEvenlyAmongWhoeverAsks) {
  Clocked<Vrr_arbiter> dut;
  std::array<int, 4> served{};
  dut->request_i = 0b1011;
  for (int i = 0; i < 3000; ++i) {
    dut->done_i = 1;
    dut.settle();
    for (unsigned j = 0; j < 4; ++j) served[j] += dut->grant_o >> j & 1;
    dut.tick();
  }
  EXPECT_EQ(served, (std::array<int, 4>{1000, 1000, 0, 1000}));
}

TEST(RoundRobinArbiter, KeepsAPacketTogether) {
  Clocked<Vrr_arbiter> dut;
  dut->request_i = 0b0100;
  dut->done_i = 0;
  dut.tick();
  dut->request_i = 0b1111;
  for (int i = 0; i < 10; ++i) {
    dut.settle();
    EXPECT_EQ(dut->grant_o, 0b0100);
    dut.tick();
  }
  dut->done_i = 1;
  dut.tick();
  dut.settle();
  EXPECT_EQ(dut->grant_o, 0b1000);
}

TEST(Counters, ShowOneMomentOfAll) {
  Clocked<Vcounters> dut;
  Random random{4};
  std::array<std::uint64_t, 4> model{};
  // Long enough for the lower halves to overflow.
  for (int round = 0; round < 500; ++round) {
    std::array<std::uint64_t, 4> wanted{};
    for (int i = 0; i < 1500; ++i) {
      const std::uint64_t steps = random.bits() & ((std::uint64_t{1} << 56) - 1);
      dut->step_i = steps;
      for (unsigned j = 0; j < 4; ++j) model[j] += steps >> (14 * j) & 0x3fff;
      dut->snapshot_i = i == 10;
      if (i == 10) wanted = model;
      dut.tick();
    }
    for (unsigned j = 0; j < 4; ++j) {
      dut->step_i = 0;
      dut->select_i = static_cast<std::uint8_t>(j);
      dut.tick();
      ASSERT_EQ(dut->value_o, wanted[j]);
    }
  }
  for (const std::uint64_t count : model) EXPECT_GT(count, std::uint64_t{1} << 32);
}

}  // namespace
}  // namespace sekimori
