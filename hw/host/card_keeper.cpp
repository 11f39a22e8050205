#include "hw/host/card_keeper.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "common/clock.hpp"

namespace sekimori {
namespace {

/// How many clocks the kernel has in a millisecond, counted while it is off. 0 for a simulated one
/// that has none but for frames: its time then stands still between two calls of `set_time`.
std::uint32_t measure_clocks(SynCookieKernel& kernel) {
  constexpr std::uint32_t unit = 1'000;  // clocks, by which the kernel's time is let run
  constexpr std::chrono::milliseconds enough{50};
  const Now begin = read_clock();
  kernel.set_time(0, unit);
  std::this_thread::sleep_for(enough);
  const std::uint64_t units = kernel.time_ms();
  const std::uint64_t passed_ns = read_clock().monotonic_ns - begin.monotonic_ns;
  return static_cast<std::uint32_t>(units * unit * ns_per_ms / passed_ns);
}

}  // namespace

tl::expected<CardKeeper, std::string> CardKeeper::open(RegisterAccess& registers,
                                                       const SipKey& flow_key) {
  auto kernel = SynCookieKernel::open(registers);
  if (!kernel) return tl::unexpected{kernel.error()};
  kernel->control({});
  kernel->set_flow_key(flow_key);
  const std::uint32_t clocks_per_ms = measure_clocks(*kernel);
  CardKeeper keeper{std::move(*kernel), clocks_per_ms};
  keeper.set_time();
  return keeper;
}

void CardKeeper::answer_by(const OffloadTables& tables) {
  kernel_.load(tables);
  kernel_.control({.answer = true, .report = true});
}

void CardKeeper::stop_answering() {
  kernel_.control({});
}

void CardKeeper::give_keys(std::span<const SlotKey> keys) {
  for (const SlotKey& key : keys) {
    if (std::exchange(keys_[key.slot % cookie_key_registers], key) == key) continue;
    kernel_.set_cookie_key(key.slot, key.key);
  }
}

void CardKeeper::set_time() {
  kernel_.set_time(read_clock().unix_ms(), clocks_per_ms_);
}

}  // namespace sekimori
