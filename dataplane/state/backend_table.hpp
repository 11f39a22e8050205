#pragma once

#include <cstdint>

#include "common/address.hpp"
#include "common/policy_image.hpp"
#include "dataplane/packet/siphash.hpp"
#include "dataplane/packet/tcp_options.hpp"
#include "dataplane/state/hash_table.hpp"

namespace sekimori {

/// What a server offers in its SYN-ACK, and so what we may offer in its place.
struct BackendProfile {
  std::uint16_t mss = 0;
  std::uint8_t window_scale = no_window_scale;
  bool sack = false;
  bool timestamps = false;

  friend bool operator==(const BackendProfile&, const BackendProfile&) = default;
};

/// What an object's servers are taken to offer until one has answered.
[[nodiscard]] inline BackendProfile assumed_profile(const ObjectRecord& object, Family family) {
  return {.mss = family == Family::ipv4 ? object.assumed_mss_ipv4 : object.assumed_mss_ipv6,
          .window_scale = object.assumed_window_scale,
          .sack = object.assumed_sack != 0,
          .timestamps = object.assumed_timestamps != 0};
}

/// What the SYN that a server answered had offered: an option that was not offered cannot be
/// learned from its absence in the answer.
struct Offered {
  bool window_scale = false;
  bool sack = false;
  bool timestamps = false;
};

/// Profiles of servers by address and port, learned from their own SYN-ACKs.
///
/// A client reads the server's windows with the scale that our SYN-ACK told it, which nothing in
/// its ACK repeats. So a learned scale is advertised from the next cookie slot on, and the slot in
/// a cookie tells which scale went with it. Everything else takes effect at once.
class BackendTable {
 public:
  BackendTable(std::uint32_t capacity, const SipKey& key) : key_(key), table_(capacity) {}

  /// What SYN-ACKs of cookie slot `slot` advertise.
  [[nodiscard]] BackendProfile advertised(const Address& server, std::uint16_t port,
                                          std::uint64_t slot, const BackendProfile& assumed) const {
    return advertised(hash(server, port), server, port, slot, assumed);
  }

  // The same for a burst: hashes first, what they lead to fetched, one lookup after another.

  [[nodiscard]] bool empty() const { return table_.size() == 0; }
  [[nodiscard]] std::uint64_t hash(const Address& server, std::uint16_t port) const {
    return siphash<1, 3>(key_, std::array{server.high(), server.low(), std::uint64_t{port}});
  }
  void prefetch(std::uint64_t hash) const { table_.prefetch(hash); }
  [[nodiscard]] BackendProfile advertised(std::uint64_t hash, const Address& server,
                                          std::uint16_t port, std::uint64_t slot,
                                          const BackendProfile& assumed) const;

  /// Takes in a SYN-ACK of the server, at cookie slot `slot`. True when something has changed.
  bool learn(const Address& server, std::uint16_t port, std::uint64_t slot,
             const TcpOptions& syn_ack, const Offered& offered, const BackendProfile& assumed);

 private:
  struct Key {
    Address server;
    std::uint16_t port = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Entry {
    Key key;
    BackendProfile profile;
    std::uint8_t next_scale = no_window_scale;
    std::uint64_t next_scale_slot = 0;  ///< from this slot on `next_scale` is advertised
  };
  using Table = HashTable<Entry>;

  SipKey key_;
  Table table_;
};

}  // namespace sekimori
