#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace sekimori::lab {

/// The simulated card between the lab's outside port and the dataplane:
///
///     [outside] sekimori-virtual-card [card0] ---- [card1] sekimori-dataplane [inside]
class VirtualCard {
 public:
  /// Lays the cable and makes the secret that the card and the dataplane share.
  explicit VirtualCard(const Lab& lab);

  /// The dataplane's outside port.
  [[nodiscard]] Port host_port() const { return cable_.right(); }
  [[nodiscard]] const std::filesystem::path& secret_file() const { return secret_file_; }

  /// Starts the card, when the lab's dataplane runs. Returns when it answers SYNs.
  void start();
  /// Has the card fail, so that frames pass by it, and work again. Each returns when it has.
  void fail();
  void work_again();

  /// Waits until the card answers by another policy than when it was last asked.
  [[nodiscard]] bool wait_for_policy();

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

  const Lab& lab_;
  VethPair cable_;
  std::filesystem::path secret_file_;
  std::optional<Process> process_;
  std::size_t policies_read_ = 0;  ///< of its output
};

}  // namespace sekimori::lab
