#include "control/model/clean_text.hpp"

#include <algorithm>
#include <cstdint>

namespace sekimori {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

bool is_control(std::uint32_t code) {
  return code < 0x20U || (code >= 0x7fU && code <= 0x9fU) || code == 0x200eU || code == 0x200fU ||
         (code >= 0x2028U && code <= 0x202eU) || (code >= 0x2066U && code <= 0x2069U);
}

}  // namespace

Character first_character(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte_at(text, i) & 0xc0U) != 0x80U) return {};
    code = code << 6U | (byte_at(text, i) & 0x3fU);
  }
  const std::uint32_t smallest = bytes == 4 ? 0x10000U : bytes == 3 ? 0x800U : 0x80U;
  const bool surrogate = code >= 0xd800U && code <= 0xdfffU;
  if (code < smallest || code > 0x10ffffU || surrogate) return {};
  return {code, bytes};
}

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.bytes == 0) {
      clean += '?';
      text.remove_prefix(1);
      continue;
    }
    if (is_control(character.code)) {
      clean += ' ';
    } else {
      clean += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return clean;
}

std::string_view cut_text(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && (byte_at(text, end) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x80U; });
}

}  // namespace sekimori
