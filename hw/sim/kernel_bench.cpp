#include "hw/sim/kernel_bench.hpp"

#include <bit>
#include <stdexcept>

namespace sekimori {
namespace {

constexpr int patience = 10'000;

}  // namespace

/// Puts the next beat on the bus. A beat that was offered stays until it is taken.
void KernelBench::offer() {
  if (waiting_.empty()) {
    dut_->s_axis_tvalid = 0;
    return;
  }
  offering_ = offering_ || random_.chance(pace_.send, 8);
  dut_->s_axis_tvalid = offering_;
  if (!offering_) return;
  const Waiting& next = waiting_.front();
  const BeatReader beat{next.frame, at_};
  beat.put(dut_->s_axis_tdata, random_.byte());
  dut_->s_axis_tkeep = beat.keep();
  dut_->s_axis_tlast = beat.last();
  dut_->s_axis_tuser = beat.last() && next.error;
}

template <typename Data>
void KernelBench::collect(std::deque<Sent>& out, Sent& partial, const Data& data,
                          std::uint64_t keep, bool last) {
  const auto count = static_cast<std::size_t>(std::countr_one(keep));
  if (count == 0 || (count < 64 && keep >> count != 0)) {
    throw std::runtime_error("the bytes of a beat do not stand together");
  }
  if (partial.frame.empty()) partial.clock = dut_.clocks();
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&data);
  partial.frame.insert(partial.frame.end(), bytes, bytes + count);
  if (!last) return;
  out.push_back(std::move(partial));
  partial = {};
}

void KernelBench::clock() {
  offer();
  dut_->m_axis_tready = random_.chance(pace_.take, 8);
  dut_->m_axis_back_tready = random_.chance(pace_.take_back, 8);
  dut_.settle();
  if (dut_->m_axis_tvalid && dut_->m_axis_tready) {
    collect(sent_on, on_, dut_->m_axis_tdata, dut_->m_axis_tkeep, dut_->m_axis_tlast);
  }
  if (dut_->m_axis_back_tvalid && dut_->m_axis_back_tready) {
    collect(sent_back, back_, dut_->m_axis_back_tdata, dut_->m_axis_back_tkeep,
            dut_->m_axis_back_tlast);
  }
  if (dut_->s_axis_tvalid && dut_->s_axis_tready) {
    if (at_ == 0) last_entry_ = dut_.clocks();
    at_ += beat_bytes;
    offering_ = false;
    if (at_ >= waiting_.front().frame.size()) {
      waiting_.pop_front();
      at_ = 0;
    }
  }
  dut_.tick();
}

void KernelBench::write(std::uint32_t offset, std::uint32_t value) {
  dut_->s_axi_control_awaddr = static_cast<std::uint16_t>(offset);
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

std::uint32_t KernelBench::read(std::uint32_t offset) {
  dut_->s_axi_control_araddr = static_cast<std::uint16_t>(offset);
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
