#pragma once

#include <optional>

#include "dataplane/stages/tcp_packet.hpp"

namespace sekimori {

// What follows the SYN-ACK of a proxied handshake. Nothing is kept until the client's ACK has
// proved that its sender receives what is sent to its address.

/// Checks the cookies that some acknowledgements bring back all at once, for `match_cookie` to find
/// them checked.
void check_cookies(Burst& burst, StageContext& context, std::uint64_t acknowledgements);

/// The cookie that an ACK brings back, if it is right.
[[nodiscard]] std::optional<CookieMatch> match_cookie(const TcpPacket& packet);

/// Enters the connection that a valid cookie proves, turns the packet into the SYN to the server,
/// and holds what else it carried.
void open_connection(TcpPacket& packet, const CookieMatch& match);

}  // namespace sekimori
