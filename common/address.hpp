#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.hpp"

namespace sekimori {

enum class Family : std::uint8_t { ipv4 = 4, ipv6 = 6 };

/// An IPv4 or IPv6 address in one shape: 16 bytes in network order, IPv4 as ::ffff:a.b.c.d (RFC
/// 4291, section 2.5.5.2). An IPv6 packet cannot carry such an address past the parser, so the two
/// never meet.
class Address {
 public:
  constexpr Address() = default;
  static Address from_ipv4(be32 address) {
    Address result;
    store(result.bytes_.data() + 8, mapped_mark | std::uint64_t{address.raw()} << 32);
    return result;
  }
  static Address from_ipv6(const std::uint8_t* sixteen_bytes) {
    return load<Address>(sixteen_bytes);
  }

  /// Dotted quad or RFC 4291 text; empty when the text is neither.
  static std::optional<Address> parse(std::string_view text);

  [[nodiscard]] Family family() const { return is_ipv4() ? Family::ipv4 : Family::ipv6; }
  [[nodiscard]] bool is_ipv4() const {
    const auto first = load<std::uint64_t>(bytes_.data());
    const auto third = load<std::uint32_t>(bytes_.data() + 8);
    return first == 0 && third == mapped_mark;
  }
  /// The 16 bytes in network order.
  [[nodiscard]] const std::uint8_t* bytes() const { return bytes_.data(); }
  /// The last four bytes, which are the address itself for IPv4.
  [[nodiscard]] be32 ipv4() const { return load<be32>(bytes_.data() + 12); }
  [[nodiscard]] std::uint64_t high() const { return load<be64>(bytes_.data()).host(); }
  [[nodiscard]] std::uint64_t low() const { return load<be64>(bytes_.data() + 8).host(); }
  /// The address with all bits after the first `length` cleared; `length` counts from 0 to 128.
  [[nodiscard]] Address masked(unsigned length) const;
  /// RFC 5952 text.
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const Address& a, const Address& b) {
    const auto x = std::bit_cast<std::array<std::uint64_t, 2>>(a.bytes_);
    const auto y = std::bit_cast<std::array<std::uint64_t, 2>>(b.bytes_);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
  }
  friend constexpr auto operator<=>(const Address&, const Address&) = default;

 private:
  /// 00 00 ff ff, the third word of a mapped address, as a little-endian machine reads it.
  static constexpr std::uint32_t mapped_mark = 0xffff0000;
  static_assert(std::endian::native == std::endian::little);

  std::array<std::uint8_t, 16> bytes_{};
};

static_assert(sizeof(Address) == 16 && alignof(Address) == 1);

/// A range of addresses. `length` counts bits of the 16-byte shape: an IPv4 /24 has length 120.
struct Prefix {
  Address address;
  std::uint8_t length = 0;

  /// "192.0.2.0/24", "2001:db8::/32", or an address alone for one host. Empty when the text is not
  /// a prefix or has bits set behind its length.
  static std::optional<Prefix> parse(std::string_view text);

  [[nodiscard]] bool contains(const Address& candidate) const;
  /// The length as people write it: 0 to 32 for IPv4, 0 to 128 for IPv6.
  [[nodiscard]] unsigned written_length() const;
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const Prefix&, const Prefix&) = default;
  friend constexpr auto operator<=>(const Prefix&, const Prefix&) = default;
};

inline constexpr unsigned ipv4_length_offset = 96;

}  // namespace sekimori
