#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sekimori {

// Text in the columns of a terminal. What comes from outside may hold anything, so what is shown
// goes through `harmless` first.

/// `text` without what a terminal would obey: control characters and marks of direction become
/// spaces, and what is no UTF-8 becomes "?".
[[nodiscard]] std::string harmless(std::string_view text);

/// How many columns a harmless text takes: Chinese, Japanese and Korean characters take two.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// A harmless text with spaces behind it up to `width`; a longer one stays whole.
[[nodiscard]] std::string padded(std::string text, std::size_t width);

/// A harmless text, cut with ".." at its end if it is wider than `width`.
[[nodiscard]] std::string shortened(std::string text, std::size_t width);

/// A harmless text in lines of at most `width` columns, broken at spaces where there are some. At
/// least one line.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace sekimori
