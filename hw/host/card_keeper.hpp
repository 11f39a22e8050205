#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "common/cookie_keys.hpp"
#include "hw/host/syn_cookie_kernel.hpp"

namespace sekimori {

/// The SYN cookie kernel of a card that stands in front of a dataplane: its keys, its tables and
/// its time. Of every frame it leaves to software what it has not been told. What is said to it
/// throws what its registers throw.
class CardKeeper {
 public:
  /// Switches the kernel off until `answer_by`. `registers` outlive the keeper.
  static tl::expected<CardKeeper, std::string> open(RegisterAccess& registers,
                                                    const SipKey& flow_key);

  [[nodiscard]] const OffloadCapacity& capacity() const { return kernel_.capacity(); }
  /// Has SYNs answered, with reports of how many there are, and cookies checked by these tables,
  /// which take the place of others while packets pass. The keys of the present time are there
  /// before.
  void answer_by(const OffloadTables& tables);
  /// Leaves everything to software.
  void stop_answering();
  /// Writes the cookie keys that the card does not have yet.
  void give_keys(std::span<const SlotKey> keys);
  /// Sets the clock to the machine's.
  void set_time();

 private:
  CardKeeper(SynCookieKernel kernel, std::uint32_t clocks_per_ms)
      : kernel_(std::move(kernel)), clocks_per_ms_(clocks_per_ms) {}

  SynCookieKernel kernel_;
  std::uint32_t clocks_per_ms_;
  std::array<std::optional<SlotKey>, cookie_key_registers> keys_;  ///< that the registers have
};

}  // namespace sekimori
