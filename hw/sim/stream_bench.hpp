#pragma once

#include <bit>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <vector>

#include "hw/host/register_access.hpp"
#include "hw/sim/beats.hpp"
#include "hw/sim/clocked.hpp"
#include "hw/sim/frames.hpp"
#include "hw/sim/random.hpp"

namespace sekimori {

/// How busy the two ends of a stream are: in how many of eight clocks they do not wait.
struct Pace {
  unsigned send = 8;
  unsigned take = 8;
  unsigned take_back = 8;
};

/// A kernel with a sender, a receiver of each stream that it has and a host. Whatever the host does
/// takes clocks, in which frames flow on.
template <typename Model>
class StreamBench : public RegisterAccess {
 public:
  /// A frame that has left the kernel.
  struct Sent {
    Bytes frame;
    std::uint64_t clock = 0;  ///< in which its first beat left
  };

  void queue(Bytes frame, bool receive_error = false) {
    waiting_.push_back({.frame = std::move(frame), .error = receive_error});
  }
  void set_pace(const Pace& pace) { pace_ = pace; }
  /// Frames that have not begun to enter yet.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::uint64_t clocks() const { return dut_.clocks(); }
  /// The clock in which the last frame began to enter.
  [[nodiscard]] std::uint64_t last_entry() const { return last_entry_; }

  /// One clock of everything.
  void clock();

  std::deque<Sent> sent_on;
  std::deque<Sent> sent_back;

  void write(std::uint32_t offset, std::uint32_t value) override;
  std::uint32_t read(std::uint32_t offset) override;

 private:
  struct Waiting {
    Bytes frame;
    bool error = false;
  };

  static constexpr int patience = 10'000;
  static constexpr bool has_back = requires(Model & m) { m.m_axis_back_tready; };

  void offer();
  template <typename Data>
  void collect(std::deque<Sent>& out, Sent& partial, const Data& data, std::uint64_t keep,
               bool last);

  Clocked<Model> dut_;
  Random random_{7};
  Pace pace_;
  std::deque<Waiting> waiting_;
  std::size_t at_ = 0;  ///< in the frame that is being sent
  bool offering_ = false;
  Sent on_;
  Sent back_;
  std::uint64_t last_entry_ = 0;
};

/// Puts the next beat on the bus. A beat that was offered stays until it is taken.
template <typename Model>
void StreamBench<Model>::offer() {
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
  if constexpr (requires(Model & m) { m.s_axis_tuser; }) {
    dut_->s_axis_tuser = beat.last() && next.error;
  }
}

template <typename Model>
template <typename Data>
void StreamBench<Model>::collect(std::deque<Sent>& out, Sent& partial, const Data& data,
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

template <typename Model>
void StreamBench<Model>::clock() {
  offer();
  dut_->m_axis_tready = random_.chance(pace_.take, 8);
  if constexpr (has_back) dut_->m_axis_back_tready = random_.chance(pace_.take_back, 8);
  dut_.settle();
  if (dut_->m_axis_tvalid && dut_->m_axis_tready) {
    collect(sent_on, on_, dut_->m_axis_tdata, dut_->m_axis_tkeep, dut_->m_axis_tlast);
  }
  if constexpr (has_back) {
    if (dut_->m_axis_back_tvalid && dut_->m_axis_back_tready) {
      collect(sent_back, back_, dut_->m_axis_back_tdata, dut_->m_axis_back_tkeep,
              dut_->m_axis_back_tlast);
    }
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

template <typename Model>
void StreamBench<Model>::write(std::uint32_t offset, std::uint32_t value) {
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

template <typename Model>
std::uint32_t StreamBench<Model>::read(std::uint32_t offset) {
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
