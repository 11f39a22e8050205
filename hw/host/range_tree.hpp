#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/address.hpp"

namespace sekimori {

/// A complete search tree with four branches a node over ranges of addresses, as the kernels search
/// it (hw/rtl/lookup/range_search.sv): a longest-prefix match in as many steps as there are levels.
class RangeTree {
 public:
  struct Entry {
    Prefix prefix;
    std::uint32_t value = 0;
  };
  /// Three keys, ascending; the branch taken is the number of keys that are not above the address.
  using Node = std::array<Address, 3>;

  /// Lays prefixes out as disjoint ranges; where they overlap, the longest wins. Addresses that no
  /// prefix holds get `fallback`. Of equal prefixes the last counts. Fails when 4^`levels` ranges
  /// are too few.
  static tl::expected<RangeTree, std::string> build(std::span<const Entry> entries, unsigned levels,
                                                    std::uint32_t fallback);

  [[nodiscard]] unsigned levels() const { return static_cast<unsigned>(nodes_.size()); }
  [[nodiscard]] std::span<const Node> nodes(unsigned level) const { return nodes_[level]; }
  [[nodiscard]] std::span<const std::uint32_t> leaves() const { return leaves_; }

  /// The value for an address, found as the kernel finds it.
  [[nodiscard]] std::uint32_t find(const Address& address) const {
    return leaves_[find_leaf(address)];
  }
  /// Which of `leaves` is an address's, by which the kernel tells ranges apart.
  [[nodiscard]] std::size_t find_leaf(const Address& address) const;

 private:
  std::vector<std::vector<Node>> nodes_;
  std::vector<std::uint32_t> leaves_;
};

}  // namespace sekimori
