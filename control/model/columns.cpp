#include "control/model/columns.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "control/model/clean_text.hpp"

namespace sekimori {
namespace {

/// The wide and full-width blocks of Unicode's EastAsianWidth.txt that names and words use.
bool is_wide(std::uint32_t code) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 8> blocks{{{0x1100, 0x115f},
                                                                           {0x2e80, 0x303e},
                                                                           {0x3041, 0xa4cf},
                                                                           {0xac00, 0xd7a3},
                                                                           {0xf900, 0xfaff},
                                                                           {0xfe30, 0xfe6f},
                                                                           {0xff00, 0xff60},
                                                                           {0x1f300, 0x3fffd}}};
  return std::any_of(blocks.begin(), blocks.end(), [&](const auto& block) {
    return code >= block.first && code <= block.second;
  });
}

std::size_t width_of(const Character& character) {
  return is_wide(character.code) ? 2 : 1;
}

/// How many bytes of a text fit in `width` columns.
std::size_t fitting(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  std::size_t columns = 0;
  while (bytes < text.size()) {
    const Character character = first_character(text.substr(bytes));
    columns += width_of(character);
    if (columns > width) break;
    bytes += std::max<std::size_t>(character.bytes, 1);
  }
  return bytes;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    columns += width_of(character);
    text.remove_prefix(std::max<std::size_t>(character.bytes, 1));
  }
  return columns;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t columns = columns_of(text);
  if (columns < width) text.append(width - columns, ' ');
  return text;
}

std::string shortened(std::string text, std::size_t width) {
  if (columns_of(text) <= width) return text;
  text.resize(fitting(text, width - std::min<std::size_t>(width, 2)));
  return text + "..";
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (columns_of(text) > width) {
    // A character that is wider than the line stands alone.
    std::size_t end = std::max<std::size_t>(fitting(text, width), first_character(text).bytes);
    std::size_t next = end;
    if (text[end] == ' ') {
      next = end + 1;
    } else if (const std::size_t space = text.rfind(' ', end);
               space != std::string_view::npos && space > 0) {
      end = space;
      next = space + 1;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::max<std::size_t>(next, 1));
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace sekimori
