#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "Vcard.h"
#include "hw/host/card.hpp"
#include "hw/sim/clocked.hpp"
#include "hw/sim/random.hpp"

namespace sekimori {

/// The memory of a card, of which only what has been touched exists.
class CardMemory {
 public:
  void write(std::uint64_t address, std::span<const std::uint8_t> bytes);
  void read(std::uint64_t address, std::span<std::uint8_t> bytes);

 private:
  static constexpr std::uint64_t page_bytes = 65536;
  std::uint8_t* at(std::uint64_t address);

  std::map<std::uint64_t, std::unique_ptr<std::uint8_t[]>> pages_;
};

/// The Verilated kernels of a card (hw/sim/card.sv) with its memory, which is `stalls` of eight
/// clocks late.
class SimulatedCard {
 public:
  explicit SimulatedCard(unsigned stalls = 0);

  CardMemory memory;

  void clock();
  /// Whether nothing has happened for so long that nothing will before the host does something.
  [[nodiscard]] bool idle() const { return quiet_clocks_ > idle_after; }
  [[nodiscard]] std::uint64_t clocks() const { return dut_.clocks(); }

  void write(CardKernel kernel, std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::uint32_t read(CardKernel kernel, std::uint32_t offset);

 private:
  static constexpr std::uint64_t idle_after = 2000;
  static constexpr std::size_t beat_bytes = 64;

  struct Burst {
    std::uint64_t address = 0;
    unsigned beats = 0;
  };
  /// The memory's end of a port that is read from, and of one that is written to.
  struct ReadPort {
    std::deque<Burst> bursts;
    bool offering = false;
  };
  struct WritePort {
    std::deque<Burst> bursts;
    unsigned answers = 0;
  };

  bool serve_read();
  template <typename Bus>
  bool serve_write(WritePort& port, Bus bus);

  Clocked<Vcard> dut_;
  Random random_{5};
  unsigned stalls_;
  std::uint64_t quiet_clocks_ = 0;
  ReadPort frames_;
  WritePort on_;
  WritePort back_;
};

}  // namespace sekimori
