#include "control/model/columns.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace sekimori {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  ///< 0: no character begins here
};

/// The first character, by RFC 3629.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {};
    code = code << 6U | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800U && code <= 0xdfffU;
  if (code < smallest[bytes] || code > 0x10ffffU || surrogate) return {};
  return {code, bytes};
}

bool is_obeyed(std::uint32_t code) {
  return code < 0x20U || (code >= 0x7fU && code <= 0x9fU) || code == 0x200eU || code == 0x200fU ||
         (code >= 0x2028U && code <= 0x202eU) || (code >= 0x2066U && code <= 0x2069U);
}

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

/// How many bytes of a harmless text fit in `width` columns.
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

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.bytes == 0) {
      out += '?';
    } else if (is_obeyed(character.code)) {
      out += ' ';
    } else {
      out += text.substr(0, character.bytes);
    }
    text.remove_prefix(std::max<std::size_t>(character.bytes, 1));
  }
  return out;
}

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
