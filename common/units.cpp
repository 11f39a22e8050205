#include "common/units.hpp"

#include <array>
#include <limits>
#include <span>

namespace sekimori {
namespace {

struct Suffix {
  std::string_view text;
  std::uint64_t factor;
};

// Each list runs from the smallest factor to the largest.
constexpr std::array milliseconds{Suffix{"ms", 1}, Suffix{"s", 1'000}, Suffix{"m", 60'000},
                                  Suffix{"h", 3'600'000}};
constexpr std::array seconds{Suffix{"s", 1}, Suffix{"m", 60}, Suffix{"h", 3'600},
                             Suffix{"d", 86'400}};
constexpr std::array decimal{Suffix{"", 1}, Suffix{"k", 1'000}, Suffix{"M", 1'000'000},
                             Suffix{"G", 1'000'000'000}, Suffix{"T", 1'000'000'000'000}};
constexpr std::array binary{Suffix{"", 1}, Suffix{"Ki", 1ULL << 10}, Suffix{"Mi", 1ULL << 20},
                            Suffix{"Gi", 1ULL << 30}};
constexpr std::array plain{Suffix{"", 1}};

std::span<const Suffix> suffixes(Unit unit) {
  switch (unit) {
    case Unit::none:
      return plain;
    case Unit::milliseconds:
      return milliseconds;
    case Unit::seconds:
      return seconds;
    case Unit::packets_per_s:
    case Unit::bits_per_s:
    case Unit::per_s:
      return decimal;
    case Unit::bytes:
      return binary;
  }
  return plain;
}

/// Digits with at most one point, as value * 10^-decimals.
struct Decimal {
  std::uint64_t digits = 0;
  std::uint64_t scale = 1;
  std::size_t length = 0;
};

std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal number;
  bool after_point = false;
  bool any = false;
  for (; number.length < text.size(); ++number.length) {
    const char c = text[number.length];
    if (c == '.' && any && !after_point) {
      after_point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (number.digits > (std::numeric_limits<std::uint64_t>::max() - 9) / 10) return std::nullopt;
    number.digits = number.digits * 10 + static_cast<std::uint64_t>(c - '0');
    if (after_point) {
      if (number.scale > std::numeric_limits<std::uint64_t>::max() / 10) return std::nullopt;
      number.scale *= 10;
    }
    any = true;
  }
  if (!any || text[number.length - 1] == '.') return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::uint64_t> parse_quantity(std::string_view text, Unit unit) {
  const auto number = read_decimal(text);
  if (!number) return std::nullopt;
  const std::string_view rest = text.substr(number->length);
  for (const Suffix& suffix : suffixes(unit)) {
    if (rest != suffix.text) continue;
    std::uint64_t scaled = 0;
    if (__builtin_mul_overflow(number->digits, suffix.factor, &scaled)) return std::nullopt;
    if (scaled % number->scale != 0) return std::nullopt;
    return scaled / number->scale;
  }
  return std::nullopt;
}

std::string format_quantity(std::uint64_t value, Unit unit) {
  const std::span<const Suffix> known = suffixes(unit);
  const Suffix* best = &known.front();
  if (value != 0) {
    for (const Suffix& suffix : known) {
      if (value % suffix.factor == 0) best = &suffix;
    }
  }
  return std::to_string(value / best->factor).append(best->text);
}

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::none:
      return "";
    case Unit::milliseconds:
      return "milliseconds";
    case Unit::seconds:
      return "seconds";
    case Unit::packets_per_s:
      return "packets per second";
    case Unit::bits_per_s:
      return "bits per second";
    case Unit::per_s:
      return "per second";
    case Unit::bytes:
      return "bytes";
  }
  return "";
}

}  // namespace sekimori
