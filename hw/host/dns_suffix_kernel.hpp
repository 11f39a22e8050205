#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "common/cookie_keys.hpp"
#include "hw/host/dns_suffix_registers.hpp"
#include "hw/host/register_access.hpp"
#include "hw/host/suffix_cuckoo.hpp"

namespace sekimori {

/// The DNS suffix kernel by its registers. `registers` outlives it.
class DnsSuffixKernel {
 public:
  using Counter = dns_suffix_registers::Counter;
  using Counters = std::array<std::uint64_t, dns_suffix_registers::counter_count>;

  /// Fails when what answers is another kernel or another version of the register map. The table is
  /// taken to be unknown, so nothing is looked up before `load`.
  static tl::expected<DnsSuffixKernel, std::string> open(RegisterAccess& registers);

  /// Suffixes that fit; more than two thirds of that may fail to.
  [[nodiscard]] std::size_t capacity() const { return table_.capacity(); }

  /// Replaces key and table. Names are not looked up meanwhile. On failure nothing has changed.
  tl::expected<void, std::string> load(const SipKey& key,
                                       std::span<const SuffixCuckoo::Entry> suffixes);
  /// Adds a suffix or changes its value while packets pass.
  tl::expected<void, std::string> set(const SuffixHash& hash, std::uint16_t value);
  /// Takes a suffix out while packets pass.
  void erase(const SuffixHash& hash);
  void enable(bool wanted);

  [[nodiscard]] Counters read_counters();

 private:
  DnsSuffixKernel(RegisterAccess& registers, unsigned row_bits)
      : registers_(&registers), row_bits_(row_bits), table_(row_bits) {}

  void write(std::span<const SuffixCuckoo::RowWrite> rows);

  RegisterAccess* registers_;
  unsigned row_bits_;
  SuffixCuckoo table_;
};

[[nodiscard]] inline std::uint64_t value(const DnsSuffixKernel::Counters& counters,
                                         DnsSuffixKernel::Counter counter) {
  return counters[static_cast<std::size_t>(counter)];
}

}  // namespace sekimori
