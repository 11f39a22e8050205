#include <gtest/gtest.h>

#include "hw/host/packet_mm2s_registers.hpp"
#include "hw/host/packet_pump.hpp"
#include "hw/host/packet_s2mm_registers.hpp"
#include "hw/host/self_test.hpp"
#include "hw/sim/card_check.hpp"
#include "hw/sim/length.hpp"
#include "hw/sim/simulated_card.hpp"

namespace sekimori {
namespace {

constexpr std::size_t buffer_bytes = 65536;

/// The simulated card in this process.
class LocalCard : public Card {
 public:
  explicit LocalCard(unsigned stalls) : card_(stalls) {
    for (const CardKernel kernel : card_kernels) {
      registers_.emplace_back(card_, kernel);
      buffers_.emplace_back(card_, static_cast<std::uint64_t>(kernel) << 32);
    }
  }
  [[nodiscard]] bool has(CardKernel) const override { return true; }
  [[nodiscard]] RegisterAccess& registers(CardKernel kernel) override {
    return registers_[static_cast<std::size_t>(kernel)];
  }
  [[nodiscard]] CardBuffer& buffer(CardKernel kernel) override {
    return buffers_[static_cast<std::size_t>(kernel)];
  }

 private:
  class Registers : public RegisterAccess {
   public:
    Registers(SimulatedCard& card, CardKernel kernel) : card_(&card), kernel_(kernel) {}
    void write(std::uint32_t offset, std::uint32_t value) override {
      card_->write(kernel_, offset, value);
    }
    std::uint32_t read(std::uint32_t offset) override {
      // Whoever polls lets time pass.
      for (int i = 0; i < 50; ++i) card_->clock();
      return card_->read(kernel_, offset);
    }

   private:
    SimulatedCard* card_;
    CardKernel kernel_;
  };
  class Buffer : public CardBuffer {
   public:
    Buffer(SimulatedCard& card, std::uint64_t address) : card_(&card), address_(address) {}
    [[nodiscard]] std::uint64_t address() const override { return address_; }
    [[nodiscard]] std::size_t size() const override { return buffer_bytes; }
    void write(std::size_t offset, std::span<const std::uint8_t> bytes) override {
      card_->memory.write(address_ + offset, bytes);
    }
    void read(std::size_t offset, std::span<std::uint8_t> bytes) override {
      card_->memory.read(address_ + offset, bytes);
    }

   private:
    SimulatedCard* card_;
    std::uint64_t address_;
  };

  SimulatedCard card_;
  std::vector<Registers> registers_;
  std::vector<Buffer> buffers_;
};

class SelfTestCard : public ::testing::TestWithParam<unsigned> {};

/// All kernels in a row, from memory to memory, with a memory that answers at once and with one
/// that is late.
TEST_P(SelfTestCard, MakesOfEveryFrameWhatSoftwareMakes) {
  LocalCard card{GetParam()};
  CardCheck check{card, GetParam() + 1};
  ASSERT_NO_FATAL_FAILURE(check.load());
  const std::size_t frames = run_length(1000, 50'000);
  ASSERT_NO_FATAL_FAILURE(check.run_random(frames));
  EXPECT_GT(check.compared, frames * 9 / 10);
  EXPECT_GT(check.answered, frames / 20);
  EXPECT_GT(check.reported, frames / 100);
  EXPECT_GT(check.matched, frames / 20);
}

TEST_P(SelfTestCard, PassesItsSelfTest) {
  LocalCard card{GetParam()};
  const auto passed = run_self_test(card);
  EXPECT_TRUE(passed) << passed.error();
}

INSTANTIATE_TEST_SUITE_P(Stalls, SelfTestCard, ::testing::Values(0U, 5U));

/// A frame that finds no room in the buffer is dropped whole and counted, and the next one that
/// fits is written.
TEST(PacketS2mm, DropsWhatFindsNoRoom) {
  namespace s2mm = packet_s2mm_registers;
  namespace mm2s = packet_mm2s_registers;
  LocalCard card{0};
  std::vector<std::uint8_t> image;
  const auto add = [&](std::uint8_t bytes, std::uint8_t fill) {
    image.push_back(bytes);
    image.resize((image.size() + 63) / 64 * 64);
    image.resize(image.size() + (bytes + 63U) / 64 * 64, fill);
  };
  add(100, 1);  // 3 beats, with metadata 116 bytes
  add(200, 2);  // 5 beats
  add(60, 3);   // 2 beats, with metadata 76 bytes and 3 beats
  card.buffer(CardKernel::mm2s).write(0, image);
  RegisterAccess& on = card.registers(CardKernel::s2mm_on);
  on.write(s2mm::address + 4, static_cast<std::uint32_t>(CardKernel::s2mm_on));
  on.write(s2mm::capacity, 6);
  on.write(s2mm::run, 1);
  RegisterAccess& sender = card.registers(CardKernel::mm2s);
  sender.write(mm2s::beats, static_cast<std::uint32_t>(image.size() / 64));
  sender.write(mm2s::start, 1);
  for (int i = 0; i < 100 && on.read(s2mm::frames) + on.read(s2mm::dropped) < 3; ++i) continue;
  EXPECT_EQ(on.read(s2mm::frames), 2U);
  EXPECT_EQ(on.read(s2mm::dropped), 1U);
  EXPECT_EQ(on.read(s2mm::beats), 6U);
  EXPECT_EQ(sender.read(mm2s::frames), 3U);
  std::vector<std::uint8_t> memory(7 * 64);
  card.buffer(CardKernel::s2mm_on).read(0, memory);
  EXPECT_EQ(memory[0], 116);
  EXPECT_EQ(memory[64], 1);
  EXPECT_EQ(memory[3 * 64], 76);
  EXPECT_EQ(memory[4 * 64], 3);
  EXPECT_EQ(memory[6 * 64], 0) << "something was written behind the buffer";
}

}  // namespace
}  // namespace sekimori
