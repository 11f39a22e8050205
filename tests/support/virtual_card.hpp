#pragma once

#include <cstdint>
#include <filesystem>

#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace sekimori::lab {

/// The simulated card between the lab's outside port and the dataplane, which tells it what to do:
///
///     [outside] sekimori-virtual-card [card0] ---- [card1] sekimori-dataplane [inside]
class VirtualCard {
 public:
  /// Lays the cable and starts the card. Returns when it can be told what to do.
  explicit VirtualCard(const Lab& lab);

  /// The dataplane's outside port.
  [[nodiscard]] Port host_port() const { return cable_.right(); }
  /// Where the dataplane finds the card's registers.
  [[nodiscard]] const std::filesystem::path& registers() const { return registers_; }

  /// Has the card fail, so that frames pass by it and it forgets what it was told, and work again.
  /// Each returns when it has.
  void fail();
  void work_again();

  /// What the card has done since its start.
  struct Counts {
    std::uint64_t judged = 0;    ///< frames from outside that went through the kernels
    std::uint64_t answered = 0;  ///< SYNs
    std::uint64_t cookies = 0;   ///< right ones
    std::uint64_t passed = 0;    ///< frames past the failed card
    std::uint64_t refused = 0;   ///< frames that may not pass
  };
  [[nodiscard]] Counts counts();

 private:
  void tell(int signal, const char* answer);

  VethPair cable_;
  std::filesystem::path registers_;
  Process process_;
};

}  // namespace sekimori::lab
