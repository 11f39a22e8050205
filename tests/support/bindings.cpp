#include "tests/support/bindings.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "tests/support/packet_text.hpp"

namespace sekimori::test {
namespace {

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// `$name+N` at the front of a text.
struct Reference {
  std::string name;
  std::uint32_t offset = 0;
  std::size_t length = 0;
};

Reference read_reference(std::string_view text) {
  Reference r;
  r.length = 1;
  while (r.length < text.size() && is_name(text[r.length])) r.name += text[r.length++];
  if (r.length + 1 < text.size() && text[r.length] == '+' && is_digit(text[r.length + 1])) {
    std::size_t end = r.length + 1;
    std::string digits;
    while (end < text.size() && is_digit(text[end])) digits += text[end++];
    r.offset = static_cast<std::uint32_t>(std::stoul(digits));
    r.length = end;
  }
  return r;
}

/// The parts of a value between '/', '-' and ','.
std::vector<std::string> parts(std::string_view value) {
  std::vector<std::string> result(1);
  for (const char c : value) {
    if (c == '/' || c == '-' || c == ',') {
      result.emplace_back();
    } else {
      result.back() += c;
    }
  }
  return result;
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.size() <= 10 && std::ranges::all_of(text, is_digit);
}

void bind_value(std::string_view expected, std::string_view actual, Bindings& values) {
  const auto names = parts(expected);
  const auto numbers = parts(actual);
  if (names.size() != numbers.size()) return;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].starts_with("$") || !all_digits(numbers[i])) continue;
    const Reference r = read_reference(names[i]);
    values.try_emplace(r.name, static_cast<std::uint32_t>(std::stoul(numbers[i])) - r.offset);
  }
}

}  // namespace

std::optional<std::string> substitute(std::string_view line, const Bindings& values) {
  std::string result;
  while (!line.empty()) {
    if (line.front() != '$') {
      result += line.front();
      line.remove_prefix(1);
      continue;
    }
    const Reference r = read_reference(line);
    const auto value = values.find(r.name);
    if (value == values.end()) return std::nullopt;
    result += std::to_string(value->second + r.offset);
    line.remove_prefix(r.length);
  }
  return result;
}

void bind_names(std::string_view expected, std::string_view actual, Bindings& values) {
  const auto words = split_words(actual);
  for (const Word& word : split_words(expected)) {
    if (word.value.find('$') == std::string::npos) continue;
    const auto match = std::ranges::find(words, word.key, &Word::key);
    if (match != words.end()) bind_value(word.value, match->value, values);
  }
}

std::string with_names(std::string_view line, const Bindings& values) {
  // Small numbers are lengths, ports and windows, which only look like a name's value.
  constexpr std::uint32_t smallest = 1'000'000;
  constexpr std::uint32_t nearest = 1'000'000;
  std::string result;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at;
    while (end < line.size() && is_digit(line[end])) ++end;
    const std::string_view digits = line.substr(at, end - at);
    if (!all_digits(digits)) {
      result += end > at ? line.substr(at, end - at) : line.substr(at, 1);
      at = std::max(end, at + 1);
      continue;
    }
    const auto number = static_cast<std::uint32_t>(std::stoull(std::string{digits}));
    std::string text{digits};
    std::uint32_t best = nearest;
    for (const auto& [name, value] : values) {
      const std::uint32_t distance = number - value;
      if (number < smallest || distance >= best) continue;
      best = distance;
      text = std::string{"$"}.append(name);
      if (distance != 0) text.append("+").append(std::to_string(distance));
    }
    result += text;
    at = end;
  }
  return result;
}

}  // namespace sekimori::test
