#pragma once

#include <array>
#include <bit>
#include <compare>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace sekimori {

/// An unsigned integer kept in network byte order with alignment 1, so that it can overlay a
/// packet. There is no implicit conversion: `host()` reads the value and the constructor takes one.
template <std::unsigned_integral T>
class BigEndian {
 public:
  constexpr BigEndian() = default;
  constexpr explicit BigEndian(T host_value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes_[i] = static_cast<std::uint8_t>(host_value >> (8 * (sizeof(T) - 1 - i)));
    }
  }

  [[nodiscard]] constexpr T host() const {
    T raw = std::bit_cast<T>(bytes_);
    if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1) {
      return raw;
    } else if constexpr (sizeof(T) == 2) {
      return __builtin_bswap16(raw);
    } else if constexpr (sizeof(T) == 4) {
      return __builtin_bswap32(raw);
    } else {
      return __builtin_bswap64(raw);
    }
  }

  /// The bytes as they lie in memory, for sums that do not care about order (RFC 1071, section 2).
  [[nodiscard]] constexpr T raw() const { return std::bit_cast<T>(bytes_); }

  friend constexpr bool operator==(const BigEndian&, const BigEndian&) = default;
  friend constexpr auto operator<=>(const BigEndian& a, const BigEndian& b) {
    return a.bytes_ <=> b.bytes_;
  }

 private:
  std::array<std::uint8_t, sizeof(T)> bytes_{};
};

using be16 = BigEndian<std::uint16_t>;
using be32 = BigEndian<std::uint32_t>;
using be64 = BigEndian<std::uint64_t>;

static_assert(sizeof(be16) == 2 && alignof(be16) == 1);
static_assert(sizeof(be32) == 4 && alignof(be32) == 1);
static_assert(sizeof(be64) == 8 && alignof(be64) == 1);
static_assert(be32{0x01020304}.host() == 0x01020304);

/// Reads `T` from an address of any alignment. The caller has checked that `sizeof(T)` bytes are
/// there.
template <typename T>
[[nodiscard]] inline T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

/// Writes `value` to an address of any alignment. The caller has checked that `sizeof(T)` bytes
/// fit.
template <typename T>
inline void store(std::uint8_t* to, const T& value) {
  std::memcpy(to, &value, sizeof(T));
}

}  // namespace sekimori
