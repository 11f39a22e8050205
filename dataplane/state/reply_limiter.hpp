#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/address.hpp"
#include "common/clock.hpp"
#include "dataplane/packet/siphash.hpp"
#include "dataplane/state/huge_pages.hpp"

namespace sekimori {

/// Bounds the replies to any one address, so that packets with its address as a forged source
/// cannot turn us into a reflector against it. A count-min sketch (Cormode and Muthukrishnan, 2005)
/// of two rows with windows of one second: an address may be taken for a busier one, never for a
/// calmer one. The two cells of an address lie in one cache line, so that an answer costs one miss;
/// two addresses share both once in 2^19 pairs. IPv6 sources count by their /64.
class ReplyLimiter {
 public:
  explicit ReplyLimiter(const SipKey& key) : key_(key), cells_(lines * 2 * line_row_cells) {}

  /// Whether a reply to `address` may be sent now; counts it if so. `per_s` of 0 stands for no
  /// limit.
  [[nodiscard]] bool admit(const Address& address, std::uint64_t now_ns, std::uint32_t per_s) {
    return admit(siphash<1, 3>(key_, message(address)), now_ns, per_s);
  }

  // The same for a burst: messages to hash with `key`, cells to fetch, one decision after another.

  [[nodiscard]] const SipKey& key() const { return key_; }
  [[nodiscard]] static std::array<std::uint64_t, 2> message(const Address& address) {
    return {address.high(), address.is_ipv4() ? address.low() : 0};
  }
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&cells_[first(hash)], 1); }
  [[nodiscard]] bool admit(std::uint64_t hash, std::uint64_t now_ns, std::uint32_t per_s) {
    if (per_s == 0) return true;
    const std::uint32_t window = static_cast<std::uint32_t>(now_ns / ns_per_s) & window_mask;
    std::uint32_t& a = current(cells_[first(hash)], window);
    std::uint32_t& b = current(cells_[second(hash)], window);
    const std::uint32_t limit = std::min(per_s, count_mask);
    if ((a & count_mask) >= limit && (b & count_mask) >= limit) return false;
    a += (a & count_mask) != count_mask ? 1 : 0;
    b += (b & count_mask) != count_mask ? 1 : 0;
    return true;
  }

 private:
  static constexpr std::size_t lines = 1U << 13;
  static constexpr std::size_t line_row_cells = 8;  ///< of each row in a line
  // A cell holds the window in its upper 12 bits and the count in its lower 20, so old counts need
  // no clearing: they belong to another window.
  static constexpr std::uint32_t count_bits = 20;
  static constexpr std::uint32_t count_mask = (1U << count_bits) - 1;
  static constexpr std::uint32_t window_mask = 0xfff;

  static std::size_t line(std::uint64_t hash) { return hash % lines * 2 * line_row_cells; }
  static std::size_t first(std::uint64_t hash) {
    return line(hash) + (hash >> 32) % line_row_cells;
  }
  static std::size_t second(std::uint64_t hash) {
    return line(hash) + line_row_cells + (hash >> 48) % line_row_cells;
  }

  static std::uint32_t& current(std::uint32_t& cell, std::uint32_t window) {
    if (cell >> count_bits != window) cell = window << count_bits;
    return cell;
  }

  SipKey key_;
  HugePageVector<std::uint32_t> cells_;
};

}  // namespace sekimori
