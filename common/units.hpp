#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekimori {

/// What a quantity in a policy counts, and so which suffixes it may carry.
enum class Unit : std::uint8_t {
  none,           ///< a plain number
  milliseconds,   ///< "250ms", "3s", "2m", "1h"
  seconds,        ///< "30s", "5m", "1h"
  packets_per_s,  ///< "500", "10k", "1.5M"
  bits_per_s,     ///< "10k", "2.5M", "1G", "100G"
  per_s,          ///< "200", "5k"
  bytes,          ///< "512", "64Ki", "2Mi"
};

/// Reads a number with an optional suffix into the unit's base (ms, s, packets/s, bits/s, bytes).
/// Empty when the text is no such quantity, is negative, is not whole in the base, or overflows.
[[nodiscard]] std::optional<std::uint64_t> parse_quantity(std::string_view text, Unit unit);

/// The shortest text that `parse_quantity` reads back to the same value.
[[nodiscard]] std::string format_quantity(std::uint64_t value, Unit unit);

/// How documents and messages name the unit, for example "packets per second".
[[nodiscard]] std::string_view unit_name(Unit unit);

}  // namespace sekimori
