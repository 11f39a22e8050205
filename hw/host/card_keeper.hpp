#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "common/cookie_keys.hpp"
#include "common/policy_image.hpp"
#include "hw/host/syn_cookie_kernel.hpp"

namespace sekimori {

/// Keeps the SYN cookie kernel of a card in step with a dataplane: the keys of the same secret, the
/// same policy, the time. Of every frame it leaves to software what it has not been told.
class CardKeeper {
 public:
  /// Switches the kernel off until `answer`. `secret` and `registers` outlive the keeper.
  static tl::expected<CardKeeper, std::string> open(RegisterAccess& registers,
                                                    const MasterSecret& secret);

  /// Puts a policy in force on the card while packets pass. On failure nothing has changed.
  tl::expected<void, std::string> load(const PolicyImage& policy);
  /// Whether SYNs are answered and cookies checked. The keys of the present time are there before.
  void answer(bool wanted) { kernel_.control(wanted, false); }
  /// Writes the cookie keys that have come due: those of the slots before, at and after `unix_s`,
  /// of which one in use is never changed. To be called at least once in every slot.
  void refresh_keys(std::uint64_t unix_s);
  void set_time(std::uint64_t unix_ms, std::uint32_t clocks_per_ms) {
    kernel_.set_time(unix_ms, clocks_per_ms);
  }
  [[nodiscard]] SynCookieKernel::Counters read_counters() { return kernel_.read_counters(); }

 private:
  CardKeeper(const SynCookieKernel& kernel, const MasterSecret& secret)
      : kernel_(kernel), secret_(&secret) {}

  SynCookieKernel kernel_;
  const MasterSecret* secret_;
  std::array<std::uint64_t, cookie_key_registers> slots_{};  ///< whose keys the registers have
};

}  // namespace sekimori
