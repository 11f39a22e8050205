#include "control/notify/phrases.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "control/notify/phrases_tables.hpp"

namespace sekimori {
namespace {

/// Japan has had no other offset since 1951.
constexpr std::uint64_t japan_offset_ms = 9ULL * 3'600 * 1'000;
/// The end of the year 9999, behind which no time is written.
constexpr std::uint64_t last_ms = 253'402'300'799'999;

std::string calendar_text(std::uint64_t unix_ms, const char* format) {
  const auto seconds = static_cast<std::time_t>(std::min(unix_ms, last_ms) / 1'000);
  std::tm calendar{};
  gmtime_r(&seconds, &calendar);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), format, &calendar);
  return {text.data(), length};
}

std::string grouped(double value) {
  std::string digits = std::to_string(std::llround(std::clamp(value, 0.0, 1e18)));
  for (std::size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return digits;
}

std::string scaled_bits(double bits) {
  std::array<char, 64> text{};
  std::size_t prefix = 0;
  constexpr std::array prefixes{"", "k", "M", "G", "T"};
  while (bits >= 1'000 && prefix + 1 < prefixes.size()) {
    bits /= 1'000;
    ++prefix;
  }
  const int length = std::snprintf(text.data(), text.size(), prefix == 0 ? "%.0f %s" : "%.1f %s",
                                   std::clamp(bits, 0.0, 1e18), prefixes[prefix]);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

const Phrases& phrases(Language language) {
  return language == Language::ja ? japanese_phrases : english_phrases;
}

std::string fill(std::string_view phrase, Fillings fillings) {
  std::string text;
  while (!phrase.empty()) {
    const std::size_t open = phrase.find('{');
    text += phrase.substr(0, open);
    if (open == std::string_view::npos) break;
    phrase.remove_prefix(open);
    const std::size_t close = phrase.find('}');
    const std::string_view name = phrase.substr(1, close - 1);
    const auto* const found =
        std::ranges::find_if(fillings, [&](const auto& filling) { return filling.first == name; });
    if (found != fillings.end()) text += found->second;
    phrase.remove_prefix(close + 1);
  }
  return text;
}

std::string time_text(std::uint64_t unix_ms, Language language) {
  if (language == Language::ja) {
    return calendar_text(unix_ms + japan_offset_ms, "%Y年%-m月%-d日 %H:%M:%S JST");
  }
  return calendar_text(unix_ms, "%Y-%m-%d %H:%M:%S UTC");
}

std::string rfc3339(std::uint64_t unix_ms) {
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03uZ",
                static_cast<unsigned>(std::min(unix_ms, last_ms) % 1'000));
  return calendar_text(unix_ms, "%Y-%m-%dT%H:%M:%S") + fraction.data();
}

std::string rate_text(double rate, Unit unit, Language language) {
  const bool ja = language == Language::ja;
  if (unit == Unit::bits_per_s) return scaled_bits(rate).append(ja ? "bps" : "bit/s");
  const bool packets = unit == Unit::packets_per_s;
  if (ja) {
    return std::string{"毎秒"}.append(grouped(rate)).append(packets ? "パケット" : "件");
  }
  return grouped(rate).append(packets ? " packets/s" : "/s");
}

std::string kind_text(IncidentKind kind, std::string_view protocol, bool ended, Language language) {
  const Phrases& words = phrases(language);
  if (kind == IncidentKind::unknown && ended) return std::string{words.kind_never_known};
  if (kind == IncidentKind::amplification && !protocol.empty()) {
    return fill(words.amplification, {{"protocol", protocol}});
  }
  return std::string{words.kinds[static_cast<std::size_t>(kind)]};
}

}  // namespace sekimori
