#include "hw/host/card_keeper.hpp"

#include <utility>

namespace sekimori {

tl::expected<CardKeeper, std::string> CardKeeper::open(RegisterAccess& registers,
                                                       const MasterSecret& secret) {
  auto kernel = SynCookieKernel::open(registers);
  if (!kernel) return tl::unexpected{kernel.error()};
  CardKeeper keeper{*kernel, secret};
  keeper.answer(false);
  keeper.kernel_.set_flow_key(secret.flow_key());
  return keeper;
}

tl::expected<void, std::string> CardKeeper::load(const PolicyImage& policy) {
  const auto tables = OffloadTables::from_policy(policy, kernel_.capacity());
  if (!tables) return tl::unexpected{tables.error()};
  kernel_.load(*tables);
  return {};
}

void CardKeeper::refresh_keys(std::uint64_t unix_s) {
  const std::uint64_t now = cookie_slot(unix_s);
  for (const std::uint64_t slot : {now - 1, now, now + 1}) {
    if (std::exchange(slots_[slot % cookie_key_registers], slot) == slot) continue;
    kernel_.set_cookie_key(slot, secret_->cookie_key(slot));
  }
}

}  // namespace sekimori
