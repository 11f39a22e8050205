#include "hw/sim/simulated_card.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace sekimori {
namespace {

constexpr int patience = 10'000;
constexpr unsigned kernel_shift = 12;

/// The signals of one of the ports that write, by whichever name the model gives them.
struct WriteBus {
  CData& awvalid;
  CData& awready;
  QData& awaddr;
  CData& awlen;
  CData& wvalid;
  CData& wready;
  VlWide<16>& wdata;
  CData& bvalid;
  CData& bready;
};

std::uint16_t register_address(CardKernel kernel, std::uint32_t offset) {
  return static_cast<std::uint16_t>(static_cast<std::uint32_t>(kernel) << kernel_shift | offset);
}

/// Throws if a burst crosses 4,096 bytes, which AXI4 forbids (section A3.4.1).
void check_burst(std::uint64_t address, std::uint64_t bytes) {
  constexpr std::uint64_t boundary = 4096;
  if (address / boundary == (address + bytes - 1) / boundary) return;
  throw std::runtime_error("a burst crosses 4,096 bytes");
}

}  // namespace

std::uint8_t* CardMemory::at(std::uint64_t address) {
  auto& page = pages_[address / page_bytes];
  if (page == nullptr) page = std::make_unique<std::uint8_t[]>(page_bytes);
  return page.get() + address % page_bytes;
}

void CardMemory::write(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t part = std::min(bytes.size(), page_bytes - address % page_bytes);
    std::memcpy(at(address), bytes.data(), part);
    bytes = bytes.subspan(part);
    address += part;
  }
}

void CardMemory::read(std::uint64_t address, std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t part = std::min(bytes.size(), page_bytes - address % page_bytes);
    std::memcpy(bytes.data(), at(address), part);
    bytes = bytes.subspan(part);
    address += part;
  }
}

SimulatedCard::SimulatedCard(unsigned stalls) : stalls_(stalls) {}

/// Before the clock's edge: what the memory answers. Returns whether something is under way.
bool SimulatedCard::serve_read() {
  dut_->frames_arready = !random_.chance(stalls_, 8);
  frames_.offering = !frames_.bursts.empty() && (frames_.offering || !random_.chance(stalls_, 8));
  dut_->frames_rvalid = frames_.offering;
  if (frames_.offering) {
    std::array<std::uint8_t, beat_bytes> beat;
    memory.read(frames_.bursts.front().address, beat);
    std::memcpy(&dut_->frames_rdata, beat.data(), beat.size());
    dut_->frames_rlast = frames_.bursts.front().beats == 1;
  }
  dut_.settle();
  if (dut_->frames_rvalid && dut_->frames_rready) {
    Burst& burst = frames_.bursts.front();
    burst.address += beat_bytes;
    if (--burst.beats == 0) frames_.bursts.pop_front();
    frames_.offering = false;
  }
  if (dut_->frames_arvalid && dut_->frames_arready) {
    frames_.bursts.push_back({.address = dut_->frames_araddr, .beats = dut_->frames_arlen + 1U});
    check_burst(dut_->frames_araddr, (dut_->frames_arlen + 1U) * beat_bytes);
  }
  return dut_->frames_arvalid || !frames_.bursts.empty();
}

template <typename Bus>
bool SimulatedCard::serve_write(WritePort& port, Bus bus) {
  bus.awready = !random_.chance(stalls_, 8);
  bus.wready = !port.bursts.empty() && !random_.chance(stalls_, 8);
  bus.bvalid = port.answers > 0;
  dut_.settle();
  if (bus.bvalid && bus.bready) --port.answers;
  if (bus.wvalid && bus.wready) {
    std::array<std::uint8_t, beat_bytes> beat;
    std::memcpy(beat.data(), &bus.wdata, beat.size());
    Burst& burst = port.bursts.front();
    memory.write(burst.address, beat);
    burst.address += beat_bytes;
    if (--burst.beats == 0) {
      port.bursts.pop_front();
      ++port.answers;
    }
  }
  if (bus.awvalid && bus.awready) {
    port.bursts.push_back({.address = bus.awaddr, .beats = bus.awlen + 1U});
    check_burst(bus.awaddr, (bus.awlen + 1U) * beat_bytes);
  }
  return bus.awvalid || !port.bursts.empty() || port.answers > 0;
}

void SimulatedCard::clock() {
  Vcard& m = *dut_;
  const bool reads = serve_read();
  const bool writes_on =
      serve_write(on_, WriteBus{m.on_awvalid, m.on_awready, m.on_awaddr, m.on_awlen, m.on_wvalid,
                                m.on_wready, m.on_wdata, m.on_bvalid, m.on_bready});
  const bool writes_back = serve_write(
      back_, WriteBus{m.back_awvalid, m.back_awready, m.back_awaddr, m.back_awlen, m.back_wvalid,
                      m.back_wready, m.back_wdata, m.back_bvalid, m.back_bready});
  quiet_clocks_ = reads || writes_on || writes_back ? 0 : quiet_clocks_ + 1;
  dut_.tick();
}

void SimulatedCard::write(CardKernel kernel, std::uint32_t offset, std::uint32_t value) {
  quiet_clocks_ = 0;
  dut_->s_axi_control_awaddr = register_address(kernel, offset);
  dut_->s_axi_control_wdata = value;
  dut_->s_axi_control_wstrb = 0xf;
  dut_->s_axi_control_awvalid = 1;
  dut_->s_axi_control_wvalid = 1;
  dut_->s_axi_control_bready = 1;
  for (int i = 0; i < patience; ++i) {
    dut_.settle();
    const bool taken = dut_->s_axi_control_awready != 0;
    const bool answered = dut_->s_axi_control_bvalid != 0;
    clock();
    if (taken) {
      dut_->s_axi_control_awvalid = 0;
      dut_->s_axi_control_wvalid = 0;
    }
    if (answered) return;
  }
  throw std::runtime_error("a register write is not answered");
}

std::uint32_t SimulatedCard::read(CardKernel kernel, std::uint32_t offset) {
  dut_->s_axi_control_araddr = register_address(kernel, offset);
  dut_->s_axi_control_arvalid = 1;
  dut_->s_axi_control_rready = 1;
  for (int i = 0; i < patience; ++i) {
    dut_.settle();
    const bool taken = dut_->s_axi_control_arready != 0;
    const bool answered = dut_->s_axi_control_rvalid != 0;
    const std::uint32_t data = dut_->s_axi_control_rdata;
    clock();
    if (taken) dut_->s_axi_control_arvalid = 0;
    if (answered) return data;
  }
  throw std::runtime_error("a register read is not answered");
}

}  // namespace sekimori
