#pragma once

#include "dataplane/packet/plain_tcp.hpp"
#include "dataplane/packet/siphash_burst.hpp"
#include "dataplane/state/syn_cookie.hpp"

namespace sekimori {

// The messages about plain packets, several at once: for packet i the same as from its headers.

/// As `FlowKey::add_to`, for packets from one side.
void set_flow_messages(const PlainTcp& plain, Side from, SipMessages<2>& messages);
/// As `ReplyLimiter::message` of the source.
void set_source_messages(const PlainTcp& plain, SipMessages<2>& messages);
/// As `add_cookie_message`. Element i of `message_bits` is that of packet i's `CookieOptions`.
void set_cookie_messages(const PlainTcp& plain, const PlainTcp::Column& message_bits,
                         SipMessages<2>& messages);
/// As `cookie_of_hash`, where `cookie_bits` are those of the `CookieOptions`.
void make_cookies(const PlainTcp& plain, std::size_t count, const PlainTcp::Column& hashes,
                  const PlainTcp::Column& cookie_bits, PlainTcp::Column& cookies);

}  // namespace sekimori
