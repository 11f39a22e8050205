#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sekimori {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  ///< 0: no character begins here
};

/// The first character of a text that is not empty, by RFC 3629: no overlong forms, no surrogates,
/// nothing above U+10FFFF.
[[nodiscard]] Character first_character(std::string_view text);

/// The text with a space for every control character (C0, DEL, C1, Unicode's line and paragraph
/// separators and its marks of direction) and '?' for every byte that is no UTF-8 (RFC 3629). So a
/// name can neither end a line of a notice or a header nor turn what follows it around, and a
/// terminal obeys none of it.
[[nodiscard]] std::string clean_text(std::string_view text);

/// The longest beginning of at most `max_bytes` that ends between characters. `text` is UTF-8.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t max_bytes);

[[nodiscard]] bool is_ascii(std::string_view text);

}  // namespace sekimori
