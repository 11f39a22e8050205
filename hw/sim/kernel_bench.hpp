#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "Vsyn_cookie.h"
#include "hw/host/syn_cookie_kernel.hpp"
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

/// The SYN cookie kernel with a sender, two receivers and a host. Whatever the host does takes
/// clocks, in which frames flow on.
class KernelBench : public RegisterAccess {
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

  void offer();
  template <typename Data>
  void collect(std::deque<Sent>& out, Sent& partial, const Data& data, std::uint64_t keep,
               bool last);

  Clocked<Vsyn_cookie> dut_;
  Random random_{7};
  Pace pace_;
  std::deque<Waiting> waiting_;
  std::size_t at_ = 0;  ///< in the frame that is being sent
  bool offering_ = false;
  Sent on_;
  Sent back_;
  std::uint64_t last_entry_ = 0;
};

}  // namespace sekimori
