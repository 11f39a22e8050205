#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "common/cookie_keys.hpp"

namespace sekimori {

/// Where the cookie keys of slots to come are kept until the register of their slot is written.
/// Control sends them ahead; a slot for which there is none gets a key of our own secret. Owned by
/// the main thread. No message of it shows a key.
class CookieKeySchedule {
 public:
  /// How many slots ahead keys are taken: about a day and a half.
  static constexpr std::uint64_t slots_ahead = 2'048;

  /// Both outlive the schedule.
  CookieKeySchedule(const MasterSecret& own, CookieKeys& registers)
      : own_(own), registers_(registers) {}

  /// Fills the registers of the slots before, at and after `unix_s`; a key of a slot in use is
  /// never changed. To be called at start and then every second. When control's keys have run out
  /// it says so, once until there are some again.
  std::optional<std::string> refresh(std::uint64_t unix_s);

  /// Takes keys of slots to come, all or, after an error, none; those of slots that are over are
  /// passed by. Returns `last_slot`. A slot in use keeps its key: another one is an error.
  tl::expected<std::uint64_t, std::string> accept(std::span<const SlotKey> keys,
                                                  std::uint64_t unix_s);

  /// What the keys are written to.
  [[nodiscard]] const CookieKeys& registers() const { return registers_; }
  /// The last slot for which control has sent a key; 0 without any.
  [[nodiscard]] std::uint64_t last_slot() const { return last_slot_; }
  /// How many slots got a key of our own.
  [[nodiscard]] std::uint64_t own_keys() const { return own_keys_; }

 private:
  struct Register {
    std::optional<std::uint64_t> slot;
    bool own = false;
  };

  [[nodiscard]] Register& register_of(std::uint64_t slot) {
    return written_[slot % cookie_key_registers];
  }
  void write(std::uint64_t slot);
  void fill_registers(std::uint64_t unix_s);

  const MasterSecret& own_;
  CookieKeys& registers_;
  std::array<Register, cookie_key_registers> written_{};
  std::map<std::uint64_t, SipKey> keys_;
  std::uint64_t last_slot_ = 0;
  std::uint64_t own_keys_ = 0;
  bool warned_ = false;
};

}  // namespace sekimori
