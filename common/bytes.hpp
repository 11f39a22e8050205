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
  constexpr explicit BigEndian(T host_value)
      : bytes_(std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(swapped(host_value))) {}

  [[nodiscard]] constexpr T host() const { return swapped(raw()); }

  /// The bytes as they lie in memory, for sums that do not care about order (RFC 1071, section 2).
  [[nodiscard]] constexpr T raw() const { return std::bit_cast<T>(bytes_); }

  friend constexpr bool operator==(const BigEndian& a, const BigEndian& b) {
    return a.raw() == b.raw();
  }
  friend constexpr auto operator<=>(const BigEndian& a, const BigEndian& b) {
    return a.bytes_ <=> b.bytes_;
  }

 private:
  /// From the machine's order to the network's or back.
  static constexpr T swapped(T value) {
    if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1) {
      return value;
    } else if constexpr (sizeof(T) == 2) {
      return __builtin_bswap16(value);
    } else if constexpr (sizeof(T) == 4) {
      return __builtin_bswap32(value);
    } else {
      return __builtin_bswap64(value);
    }
  }

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
