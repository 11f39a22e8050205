#include "common/units.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <optional>
#include <string_view>

namespace sekimori {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

TEST(Units, ReadsQuantities) {
  struct Case {
    std::string_view text;
    Unit unit;
    std::optional<std::uint64_t> value;
  };
  constexpr std::array cases{
      Case{"0", Unit::none, 0},
      Case{"65536", Unit::none, 65'536},
      Case{"18446744073709551609", Unit::none, largest - 6},
      Case{"10k", Unit::none, std::nullopt},
      Case{"250ms", Unit::milliseconds, 250},
      Case{"1.5s", Unit::milliseconds, 1'500},
      Case{"2m", Unit::milliseconds, 120'000},
      Case{"1h", Unit::milliseconds, 3'600'000},
      Case{"0.5ms", Unit::milliseconds, std::nullopt},
      Case{"250", Unit::milliseconds, std::nullopt},
      Case{"30s", Unit::seconds, 30},
      Case{"1.5m", Unit::seconds, 90},
      Case{"2d", Unit::seconds, 172'800},
      Case{"250ms", Unit::seconds, std::nullopt},
      Case{"500", Unit::packets_per_s, 500},
      Case{"10k", Unit::packets_per_s, 10'000},
      Case{"1.5M", Unit::packets_per_s, 1'500'000},
      Case{"100G", Unit::bits_per_s, 100'000'000'000},
      Case{"1T", Unit::bits_per_s, 1'000'000'000'000},
      Case{"5k", Unit::per_s, 5'000},
      Case{"5K", Unit::per_s, std::nullopt},
      Case{"64Ki", Unit::bytes, 65'536},
      Case{"0.5Ki", Unit::bytes, 512},
      Case{"2Gi", Unit::bytes, 2'147'483'648},
      Case{"64k", Unit::bytes, std::nullopt},
      Case{"", Unit::none, std::nullopt},
      Case{"k", Unit::per_s, std::nullopt},
      Case{".5k", Unit::per_s, std::nullopt},
      Case{"5.k", Unit::per_s, std::nullopt},
      Case{"1.2.3k", Unit::per_s, std::nullopt},
      Case{"-1", Unit::per_s, std::nullopt},
      Case{"+1", Unit::per_s, std::nullopt},
      Case{" 1", Unit::per_s, std::nullopt},
      Case{"1 k", Unit::per_s, std::nullopt},
      Case{"0.0001k", Unit::per_s, std::nullopt},
      Case{"99999999999999999999", Unit::none, std::nullopt},
      Case{"18446744073709551609T", Unit::bits_per_s, std::nullopt},
      Case{"0.00000000000000000000000001", Unit::per_s, std::nullopt},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(parse_quantity(c.text, c.unit), c.value) << c.text << " as " << unit_name(c.unit);
  }
}

TEST(Units, WritesTheShortestText) {
  struct Case {
    std::uint64_t value;
    Unit unit;
    std::string_view text;
  };
  constexpr std::array cases{
      Case{0, Unit::none, "0"},
      Case{0, Unit::milliseconds, "0ms"},
      Case{250, Unit::milliseconds, "250ms"},
      Case{10'000, Unit::milliseconds, "10s"},
      Case{3'600'000, Unit::milliseconds, "1h"},
      Case{90, Unit::seconds, "90s"},
      Case{604'800, Unit::seconds, "7d"},
      Case{1'000, Unit::packets_per_s, "1k"},
      Case{1'500, Unit::packets_per_s, "1500"},
      Case{1'000'000'000, Unit::bits_per_s, "1G"},
      Case{65'536, Unit::bytes, "64Ki"},
      Case{1'000, Unit::none, "1000"},
  };
  for (const Case& c : cases) EXPECT_EQ(format_quantity(c.value, c.unit), c.text);
}

TEST(Units, ReadsBackWhatItWrites) {
  for (const Unit unit : {Unit::none, Unit::milliseconds, Unit::seconds, Unit::packets_per_s,
                          Unit::bits_per_s, Unit::per_s, Unit::bytes}) {
    for (std::uint64_t value = 1; value < largest / 7; value *= 7) {
      for (const std::uint64_t near : {value - 1, value, value * 4}) {
        EXPECT_EQ(parse_quantity(format_quantity(near, unit), unit), near) << unit_name(unit);
      }
    }
  }
}

}  // namespace
}  // namespace sekimori
