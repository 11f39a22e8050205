#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "common/cookie_keys.hpp"
#include "hw/host/offload.hpp"
#include "hw/host/register_access.hpp"
#include "hw/host/syn_cookie_registers.hpp"

namespace sekimori {

/// The SYN cookie kernel by its registers. `registers` outlives it.
class SynCookieKernel {
 public:
  using Counter = syn_cookie_registers::Counter;
  using Counters = std::array<std::uint64_t, syn_cookie_registers::counter_count>;

  /// Fails when what answers is another kernel or another version of the register map.
  static tl::expected<SynCookieKernel, std::string> open(RegisterAccess& registers);

  [[nodiscard]] const OffloadCapacity& capacity() const { return capacity_; }

  /// What the kernel does besides marking frames.
  struct Options {
    bool answer = false;           ///< SYNs are answered and cookies checked
    bool answers_to_host = false;  ///< SYN-ACKs leave towards the host
    bool report = false;           ///< else the host gets some of the answered SYNs, as reports
  };
  void control(const Options& options);
  /// Sets the clock. It stands still with `clocks_per_ms` 0.
  void set_time(std::uint64_t unix_ms, std::uint32_t clocks_per_ms);
  void set_cookie_key(std::uint64_t slot, const SipKey& key);
  void set_flow_key(const SipKey& key);
  /// The kernel's clock: milliseconds since 1970 modulo 2^32.
  [[nodiscard]] std::uint32_t time_ms() { return registers_->read(syn_cookie_registers::time_now); }
  /// Writes tables to the unused bank, as far as they differ from what this object has written
  /// there before, and exchanges the banks, while packets pass.
  void load(const OffloadTables& tables);
  /// All counters as they were in one clock.
  [[nodiscard]] Counters read_counters();

 private:
  explicit SynCookieKernel(RegisterAccess& registers, const OffloadCapacity& capacity)
      : registers_(&registers), capacity_(capacity) {}

  void set_key(std::uint32_t number, const SipKey& key);
  void write_table(std::uint32_t place, std::span<const std::uint32_t> words);
  void write_tree(const RangeTree& tree, const RangeTree* there, std::uint32_t node_table,
                  std::uint32_t leaf_table);

  RegisterAccess* registers_;
  OffloadCapacity capacity_;
  std::array<std::optional<OffloadTables>, 2> banks_;  ///< as they were written
};

[[nodiscard]] inline std::uint64_t value(const SynCookieKernel::Counters& counters,
                                         SynCookieKernel::Counter counter) {
  return counters[static_cast<std::size_t>(counter)];
}

}  // namespace sekimori
