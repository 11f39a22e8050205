#pragma once

#include <optional>

#include "dataplane/stages/tcp_packet.hpp"

namespace sekimori {

// The client's half of a proxied handshake: SYN, SYN-ACK with a cookie, ACK. Nothing is kept until
// the ACK has proved that its sender receives what is sent to its address.

/// Answers a SYN with a SYN-ACK that carries a cookie and offers what the server would.
void answer_syn(TcpPacket& packet);

/// Checks the cookie that an ACK brings back.
[[nodiscard]] std::optional<CookieMatch> match_cookie(const TcpPacket& packet);

/// Enters the connection that a valid cookie proves, turns the packet into the SYN to the server,
/// and holds what else it carried.
void open_connection(TcpPacket& packet, const CookieMatch& match);

}  // namespace sekimori
