#include "dataplane/state/cookie_key_schedule.hpp"

#include <algorithm>
#include <utility>

namespace sekimori {
namespace {

/// Whether the key of a slot can no longer be changed: the slot is there, or so near that a worker
/// whose clock was read a moment later may be in it.
bool in_use(std::uint64_t slot, std::uint64_t unix_s) {
  return slot <= cookie_slot(unix_s + 1);
}

}  // namespace

void CookieKeySchedule::write(std::uint64_t slot) {
  const auto sent = keys_.find(slot);
  const bool own = sent == keys_.end();
  registers_.set(slot, own ? own_.cookie_key(slot) : sent->second);
  register_of(slot) = {.slot = slot, .own = own};
  if (own) ++own_keys_;
}

void CookieKeySchedule::fill_registers(std::uint64_t unix_s) {
  const std::uint64_t now = cookie_slot(unix_s);
  keys_.erase(keys_.begin(), keys_.lower_bound(now - 1));
  for (const std::uint64_t slot : {now - 1, now, now + 1}) {
    const bool written = register_of(slot).slot == slot;
    const auto sent = keys_.find(slot);
    const bool outdated = sent != keys_.end() && !(registers_.get(slot) == sent->second);
    if (!written || (outdated && !in_use(slot, unix_s))) write(slot);
  }
}

std::optional<std::string> CookieKeySchedule::refresh(std::uint64_t unix_s) {
  fill_registers(unix_s);
  const std::uint64_t now = cookie_slot(unix_s);
  const bool ran_out = last_slot_ != 0 && register_of(now + 1).own;
  if (!ran_out) {
    warned_ = false;
    return std::nullopt;
  }
  if (std::exchange(warned_, true)) return std::nullopt;
  return "control has sent no cookie key for slot " + std::to_string(now + 1) +
         "; until it does, keys are made from our own secret";
}

tl::expected<std::uint64_t, std::string> CookieKeySchedule::accept(std::span<const SlotKey> keys,
                                                                   std::uint64_t unix_s) {
  const std::uint64_t now = cookie_slot(unix_s);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::uint64_t slot = keys[i].slot;
    const auto refused = [&](const std::string& why) {
      return tl::unexpected<std::string>{"keys[" + std::to_string(i) +
                                         "].slot: " + std::to_string(slot) + " " + why};
    };
    if (slot > now + slots_ahead) {
      return refused("is more than " + std::to_string(slots_ahead) + " slots after " +
                     std::to_string(now) + ", which is now");
    }
    const bool in_register = register_of(slot).slot == slot;
    if (in_register && in_use(slot, unix_s) && !(registers_.get(slot) == keys[i].key)) {
      return refused("is in use with another key; send keys of slots from " +
                     std::to_string(cookie_slot(unix_s + 1) + 1) + " on");
    }
  }
  for (const auto& [slot, key] : keys) {
    if (in_use(slot, unix_s)) continue;
    keys_.insert_or_assign(slot, key);
    last_slot_ = std::max(last_slot_, slot);
  }
  fill_registers(unix_s);
  return last_slot_;
}

}  // namespace sekimori
