#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sekimori {

// Text in the columns of a terminal. All of it has gone through `clean_text`.

/// How many columns a text takes: Chinese, Japanese and Korean characters take two.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// A text with spaces behind it up to `width`; a longer one stays whole.
[[nodiscard]] std::string padded(std::string text, std::size_t width);

/// A text, cut with ".." at its end if it is wider than `width`.
[[nodiscard]] std::string shortened(std::string text, std::size_t width);

/// A text in lines of at most `width` columns, broken at spaces where there are some. At
/// least one line.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace sekimori
