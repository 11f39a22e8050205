#pragma once

#include "dataplane/packet/plain_tcp.hpp"
#include "dataplane/packet/siphash_burst.hpp"
#include "dataplane/state/flow_table.hpp"
#include "dataplane/state/syn_cookie.hpp"

namespace sekimori {

/// The connection of plain packet i, which is from that side.
[[nodiscard]] inline FlowKey key_of(const PlainTcp& plain, std::size_t i, Side from) {
  const FlowKey key{.client = plain.source(i),
                    .server = plain.destination(i),
                    .client_port = plain.source_port(i),
                    .server_port = plain.destination_port(i)};
  return from == Side::outside ? key : key.reversed();
}

// The messages about the plain packets in `set`, several at once: for packet i the same as from its
// headers. What is about no packet of the set may be written, too.

/// As `FlowKey::add_to`, for packets from one side.
void set_flow_messages(const PlainTcp& plain, Side from, std::uint64_t set,
                       PacketMessages& messages);
/// As `ReplyLimiter::message` of the source.
void set_source_messages(const PlainTcp& plain, std::uint64_t set, PacketMessages& messages);
/// As `add_cookie_message`. Element i of `message_bits` is that of packet i's `CookieOptions`;
/// `odd_slot` is the set of those whose slot is odd.
void set_cookie_messages(const PlainTcp& plain, std::uint64_t set,
                         const PlainTcp::Column& message_bits, std::uint64_t odd_slot,
                         PacketMessages& messages);
/// As `cookie_of_hash`, where `cookie_bits` are those of the `CookieOptions`.
void make_cookies(const PlainTcp& plain, std::size_t count, const PlainTcp::Column& hashes,
                  const PlainTcp::Column& cookie_bits, PlainTcp::Column& cookies);

}  // namespace sekimori
