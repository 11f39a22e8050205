#pragma once

#include <cstdint>
#include <memory>

namespace sekimori {

/// A Verilated module with its clock and reset, by the names of hw/rtl or by those that Vitis wants
/// of a kernel. Inputs are set between ticks; outputs are read after `settle` or after a tick.
template <typename Model>
class Clocked {
 public:
  Clocked() : model_(std::make_unique<Model>()) {
    reset() = 0;
    for (int i = 0; i < 8; ++i) tick();
    reset() = 1;
    clocks_ = 0;
  }
  ~Clocked() { model_->final(); }
  Clocked(const Clocked&) = delete;
  Clocked& operator=(const Clocked&) = delete;

  Model& operator*() { return *model_; }
  Model* operator->() { return model_.get(); }

  /// Lets the outputs follow the inputs within a clock.
  void settle() {
    clock() = 0;
    model_->eval();
  }
  /// One rising edge.
  void tick() {
    settle();
    clock() = 1;
    model_->eval();
    ++clocks_;
  }
  [[nodiscard]] std::uint64_t clocks() const { return clocks_; }

 private:
  auto& clock() {
    if constexpr (requires { model_->ap_clk; }) {
      return model_->ap_clk;
    } else {
      return model_->clk_i;
    }
  }
  auto& reset() {
    if constexpr (requires { model_->ap_clk; }) {
      return model_->ap_rst_n;
    } else {
      return model_->rst_ni;
    }
  }

  std::unique_ptr<Model> model_;
  std::uint64_t clocks_ = 0;
};

}  // namespace sekimori
