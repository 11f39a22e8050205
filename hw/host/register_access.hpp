#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/cookie_keys.hpp"

namespace sekimori {

/// The registers of a kernel, wherever it is: on a card, in an emulation or in a bench.
class RegisterAccess {
 public:
  virtual ~RegisterAccess() = default;
  virtual void write(std::uint32_t offset, std::uint32_t value) = 0;
  [[nodiscard]] virtual std::uint32_t read(std::uint32_t offset) = 0;
};

/// The registers by which a kernel says what it is, and what a program expects there.
struct KernelIdentity {
  std::string_view what;  ///< for messages: "SYN cookie"
  std::uint32_t id_offset = 0;
  std::uint32_t id = 0;
  std::uint32_t version_offset = 0;
  std::uint32_t version = 0;
};

/// Says what is wrong when another kernel or another version of the register map answers; else
/// nothing.
[[nodiscard]] std::string identity_complaint(RegisterAccess& registers,
                                             const KernelIdentity& expected);

/// Writes words to registers that follow each other.
void write_words(RegisterAccess& registers, std::uint32_t offset,
                 std::span<const std::uint32_t> words);

/// A key as the kernels take it, the lowest word of k0 first.
[[nodiscard]] std::array<std::uint32_t, 4> key_words(const SipKey& key);

/// Copies all counters of a kernel in one clock and reads the copies.
template <std::size_t Count>
[[nodiscard]] std::array<std::uint64_t, Count> read_counters(RegisterAccess& registers,
                                                             std::uint32_t snapshot,
                                                             std::uint32_t counters) {
  registers.write(snapshot, 1);
  std::array<std::uint64_t, Count> values{};
  for (std::uint32_t i = 0; i < Count; ++i) {
    const std::uint64_t low = registers.read(counters + 8 * i);
    const std::uint64_t high = registers.read(counters + 8 * i + 4);
    values[i] = high << 32 | low;
  }
  return values;
}

}  // namespace sekimori
