#pragma once

#include <cstdint>
#include <memory>

namespace sekimori {

/// A Verilated module with the clock and reset that all modules of hw/rtl have. Inputs are set
/// between ticks; outputs are read after `settle` or after a tick.
template <typename Model>
class Clocked {
 public:
  Clocked() : model_(std::make_unique<Model>()) {
    model_->rst_ni = 0;
    for (int i = 0; i < 4; ++i) tick();
    model_->rst_ni = 1;
    clocks_ = 0;
  }
  ~Clocked() { model_->final(); }
  Clocked(const Clocked&) = delete;
  Clocked& operator=(const Clocked&) = delete;

  Model& operator*() { return *model_; }
  Model* operator->() { return model_.get(); }

  /// Lets the outputs follow the inputs within a clock.
  void settle() {
    model_->clk_i = 0;
    model_->eval();
  }
  /// One rising edge.
  void tick() {
    settle();
    model_->clk_i = 1;
    model_->eval();
    ++clocks_;
  }
  [[nodiscard]] std::uint64_t clocks() const { return clocks_; }

 private:
  std::unique_ptr<Model> model_;
  std::uint64_t clocks_ = 0;
};

}  // namespace sekimori
