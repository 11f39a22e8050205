#pragma once

#include <cstdint>

#include "common/address.hpp"
#include "dataplane/packet/siphash.hpp"
#include "dataplane/packet/siphash_burst.hpp"
#include "dataplane/state/hash_table.hpp"

namespace sekimori {

/// A TCP connection by its two ends. The client is the outside end whoever opened the connection.
struct FlowKey {
  Address client;
  Address server;
  std::uint16_t client_port = 0;
  std::uint16_t server_port = 0;

  friend bool operator==(const FlowKey& a, const FlowKey& b) {
    // Without branches: keys are compared when their tags are equal, and are then nearly always
    // equal, too.
    return static_cast<unsigned>(a.client == b.client) &
           static_cast<unsigned>(a.server == b.server) &
           static_cast<unsigned>(a.client_port == b.client_port) &
           static_cast<unsigned>(a.server_port == b.server_port);
  }

  /// The key with its ends exchanged.
  [[nodiscard]] FlowKey reversed() const {
    return {
        .client = server, .server = client, .client_port = server_port, .server_port = client_port};
  }

  [[nodiscard]] std::uint64_t hash(const SipKey& key) const {
    return client.is_ipv4() ? siphash<1, 3>(key, ipv4_message())
                            : siphash<1, 3>(key, ipv6_message());
  }
  /// Whether this is the key whose hash is that of `message`, a key of IPv4.
  [[nodiscard]] bool has_message(const std::array<std::uint64_t, 2>& message) const {
    const auto [addresses, ports] = ipv4_message();
    return client.is_ipv4() && ((addresses ^ message[0]) | (ports ^ message[1])) == 0;
  }
  /// The same with the hashes of the rest of a burst.
  void add_to(PacketMessages& messages, std::size_t packet) const {
    if (client.is_ipv4()) {
      messages.set_ipv4(packet, ipv4_message());
    } else {
      messages.set_ipv6(packet, ipv6_message());
    }
  }

 private:
  [[nodiscard]] std::uint64_t ports() const {
    return client_port | std::uint64_t{server_port} << 16;
  }
  [[nodiscard]] std::array<std::uint64_t, 2> ipv4_message() const {
    return {client.ipv4().raw() | std::uint64_t{server.ipv4().raw()} << 32,
            siphash_last_word(ports(), 12)};
  }
  [[nodiscard]] std::array<std::uint64_t, 5> ipv6_message() const {
    return {client.high(), client.low(), server.high(), server.low(),
            siphash_last_word(ports(), 36)};
  }
};

enum class FlowState : std::uint8_t {
  passing,     ///< opened without us; segments pass unchanged
  connecting,  ///< the client's handshake is complete, the server's under way
  spliced,     ///< both complete; segments are translated
};

namespace flow_flag {
inline constexpr std::uint8_t client_fin = 0x01;
inline constexpr std::uint8_t server_fin = 0x02;
inline constexpr std::uint8_t reset = 0x04;
/// A SYN came for this connection, so an ACK may carry a cookie of a new one.
inline constexpr std::uint8_t syn_seen = 0x08;
inline constexpr std::uint8_t remove_timestamps =
    0x10;  ///< agreed with the client, not with the server
inline constexpr std::uint8_t remove_sack = 0x20;
/// Taken up at the server's SYN-ACK, which may answer a forged SYN: nothing of the client since.
inline constexpr std::uint8_t half_open = 0x40;
}  // namespace flow_flag

/// One connection. Deltas are what to add, modulo 2^32, to numbers of the server so that they
/// become those that the client knows.
struct alignas(64) Flow {
  static constexpr std::uint32_t no_handshake = 0xffffffff;

  FlowKey key;
  std::uint32_t sequence_delta = 0;
  std::uint32_t timestamp_delta = 0;
  std::uint32_t last_seen_ms = 0;  ///< low half of the monotonic clock
  std::uint32_t handshake = no_handshake;
  FlowState state = FlowState::passing;
  std::uint8_t flags = 0;
  std::int8_t to_client_shift = 0;    ///< of windows that the server sends
  std::int8_t to_server_shift = 0;    ///< of windows that the client sends
  std::uint32_t client_sequence = 0;  ///< what the server acknowledged last
  /// Of a proxied connection, what to add to a client's sequence number to have the acknowledgement
  /// number that its cookie goes with.
  std::uint32_t cookie_distance = 0;

  [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) == flag; }
  /// Whether a segment of the client may belong to this connection: its number lies near what the
  /// server has acknowledged, which nobody outside can change. A forged segment is a near one once
  /// in 4,000 times; whether it is in the window is for the server to judge (RFC 5961,
  /// section 3.2).
  [[nodiscard]] bool is_near(std::uint32_t sequence) const {
    constexpr std::uint32_t behind = 1U << 16;
    constexpr std::uint32_t ahead = 1U << 20;
    return sequence - client_sequence + behind <= behind + ahead;
  }
  /// Whether a segment of the client would pass for the ACK that brought this connection's cookie.
  /// The cookie grows with the client's number, so every segment does that is as far behind its
  /// start in one direction as in the other.
  [[nodiscard]] bool has_cookie_of(std::uint32_t sequence, std::uint32_t acknowledgement) const {
    return is_near(sequence) && acknowledgement - sequence == cookie_distance;
  }
  /// Whether a SYN-ACK of the server is the one that this proxied connection began with, come
  /// again.
  [[nodiscard]] bool began_with(std::uint32_t sequence, std::uint32_t acknowledgement) const {
    return state == FlowState::spliced &&
           sequence + sequence_delta + 1 - acknowledgement == cookie_distance;
  }
  /// Sets flags that say how the connection ends. A SYN that came before the end says nothing of
  /// what follows it.
  void close(std::uint8_t end_flags) {
    const bool had_ended = ended();
    flags |= end_flags;
    if (!had_ended && ended()) flags &= static_cast<std::uint8_t>(~flow_flag::syn_seen);
  }
  /// Nothing more is to come but stray segments, so the ports may be used again.
  [[nodiscard]] bool ended() const {
    return has(flow_flag::reset) || has(flow_flag::client_fin | flow_flag::server_fin);
  }
  /// Whether a client's segment with this number may open a new connection on the same ports.
  /// Segments of a connection that lives are not asked for cookies only because somebody has sent a
  /// SYN with its addresses: among enough of them one would pass by chance.
  [[nodiscard]] bool may_be_followed(std::uint32_t sequence) const {
    return ended() || (has(flow_flag::syn_seen) && !is_near(sequence));
  }
};
static_assert(sizeof(Flow) == 64);

using FlowTable = HashTable<Flow>;

}  // namespace sekimori
