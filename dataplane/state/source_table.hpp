#pragma once

#include <cstdint>

#include "common/address.hpp"
#include "dataplane/packet/siphash.hpp"
#include "dataplane/state/hash_table.hpp"

namespace sekimori {

/// The part of an address that authentication vouches for: a whole IPv4 address, the /64 of an IPv6
/// one, within which a host picks its addresses freely (RFC 8981).
struct SourceKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  explicit SourceKey(const Address& address)
      : high(address.high()), low(address.is_ipv4() ? address.low() : 0) {}
  SourceKey() = default;

  friend bool operator==(const SourceKey&, const SourceKey&) = default;
};

/// Sources that have proved to receive what is sent to them.
class SourceTable {
 public:
  SourceTable(std::uint32_t capacity, const SipKey& key) : key_(key), table_(capacity) {}

  /// Whether the source is in and has not expired.
  [[nodiscard]] bool contains(const Address& address, std::uint32_t now_ms) const {
    const SourceKey source{address};
    const std::uint32_t index = table_.find(hash(source), source);
    return index != Table::none && !expired(table_[index], now_ms);
  }

  enum class Added : std::uint8_t {
    entered,
    prolonged,  ///< it was in already
    refused,    ///< there is no room
  };

  /// Enters a source or prolongs its stay.
  Added add(const Address& address, std::uint32_t now_ms, std::uint32_t lifetime_ms) {
    const SourceKey source{address};
    const std::uint64_t h = hash(source);
    std::uint32_t index = table_.find(h, source);
    const bool is_new = index == Table::none || expired(table_[index], now_ms);
    if (index == Table::none) index = table_.insert(h, source);
    if (index == Table::none) return Added::refused;
    table_[index].expires_ms = now_ms + lifetime_ms;
    return is_new ? Added::entered : Added::prolonged;
  }

  /// Removes what has expired among the next `count` places.
  void sweep(std::uint32_t count, std::uint32_t now_ms) {
    table_.sweep(count, [&](std::uint32_t index) {
      if (expired(table_[index], now_ms)) table_.erase(hash(table_[index].key), index);
    });
  }

  [[nodiscard]] std::uint32_t size() const { return table_.size(); }

 private:
  struct Entry {
    SourceKey key;
    std::uint32_t expires_ms = 0;
  };
  using Table = HashTable<Entry>;

  /// Times are the low half of a clock; what lies less than half its range ahead is the future.
  static bool expired(const Entry& entry, std::uint32_t now_ms) {
    return static_cast<std::int32_t>(entry.expires_ms - now_ms) <= 0;
  }
  [[nodiscard]] std::uint64_t hash(const SourceKey& source) const {
    return siphash<1, 3>(key_, std::array{source.high, source.low});
  }

  SipKey key_;
  Table table_;
};

}  // namespace sekimori
