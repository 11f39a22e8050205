#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sekimori::test {

/// A number that a packet of ours carries and later lines refer to as `$name` or `$name+1`.
using Bindings = std::map<std::string, std::uint32_t>;

/// The line with every `$name` and `$name+N` as a number; empty when a name has no value yet.
[[nodiscard]] std::optional<std::string> substitute(std::string_view line, const Bindings& values);

/// Gives the names of `expected` that have no value the numbers that stand in their places in
/// `actual`. Words belong together when they have the same key.
void bind_names(std::string_view expected, std::string_view actual, Bindings& values);

/// The line with the numbers near a name's value written as `$name+N`.
[[nodiscard]] std::string with_names(std::string_view line, const Bindings& values);

}  // namespace sekimori::test
