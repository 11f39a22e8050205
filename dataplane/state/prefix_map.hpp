#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/address.hpp"
#include "dataplane/state/huge_pages.hpp"

namespace sekimori {

/// Longest-prefix match by binary search on prefix lengths (Waldvogel, Varghese, Turner and
/// Plattner, "Scalable High Speed IP Routing Lookups", SIGCOMM 1997): one hash table holds the
/// prefixes of all lengths, with markers where the search has to turn to longer ones. A lookup
/// takes at most 1 + log2(distinct lengths of the family) probes, whatever the number of prefixes.
/// Immutable.
class PrefixMap {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  struct Entry {
    Prefix prefix;
    std::uint32_t value = none;
  };

  PrefixMap() = default;
  /// Of equal prefixes the last entry counts.
  explicit PrefixMap(std::span<const Entry> entries);

  /// The value of the longest prefix that holds the address, or `none`.
  [[nodiscard]] std::uint32_t find(const Address& address) const {
    return find(address, start(address));
  }

  // A lookup in two steps, for many at once.

  /// Where the lookup of an address begins, and the fetching of what it touches first.
  [[nodiscard]] std::size_t start(const Address& address) const;
  /// The same as `find`, of an address whose lookup has started there.
  [[nodiscard]] std::uint32_t find(const Address& address, std::size_t start) const;

  [[nodiscard]] bool empty() const { return ipv4_lengths_.empty() && ipv6_lengths_.empty(); }

 private:
  /// The halves of an address with all bits after the first `length` cleared.
  struct Masked {
    std::uint64_t high;
    std::uint64_t low;
    unsigned length;

    static Masked of(const Address& address, unsigned length);
  };

  struct alignas(32) Cell {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint32_t value = none;  ///< of the longest prefix up to this length, itself included
    std::uint8_t length = free;

    static constexpr std::uint8_t free = 0xff;

    [[nodiscard]] bool is(const Masked& masked) const {
      return length == masked.length && high == masked.high && low == masked.low;
    }
  };

  [[nodiscard]] const std::vector<std::uint8_t>& lengths(const Address& address) const {
    return address.is_ipv4() ? ipv4_lengths_ : ipv6_lengths_;
  }
  [[nodiscard]] std::size_t place(const Masked& masked) const;
  /// The cell of a masked address, looked for from its place on.
  [[nodiscard]] const Cell* probe(const Masked& masked, std::size_t place) const;
  [[nodiscard]] const Cell* probe(const Masked& masked) const {
    return probe(masked, place(masked));
  }
  Cell& cell(const Address& address, unsigned length);
  void add_markers(const Prefix& prefix);
  void fill_markers();
  /// Markers are often shared, so the table is sized for more cells than it comes to hold.
  void compact();

  HugePageVector<Cell> cells_;
  std::vector<std::uint8_t> ipv4_lengths_;  ///< distinct lengths, ascending, of the 16-byte shape
  std::vector<std::uint8_t> ipv6_lengths_;
};

}  // namespace sekimori
