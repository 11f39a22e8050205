#pragma once

#include <optional>

#include "dataplane/stages/tcp_packet.hpp"

namespace sekimori {

// The client's half of a proxied handshake: SYN, SYN-ACK with a cookie, ACK. Nothing is kept until
// the ACK has proved that its sender receives what is sent to its address.

/// Works the answers to the SYNs in `burst.to_answer` out and starts to fetch what sending them
/// will touch, so that other work can be done meanwhile.
void prepare_answers(Burst& burst, StageContext& context);

/// Answers the SYNs in `burst.to_answer` with SYN-ACKs that carry a cookie and offer what the
/// server would, after preparing those that are not.
void answer_syns(Burst& burst, StageContext& context);

/// Checks the cookies that some acknowledgements bring back all at once, for `match_cookie` to find
/// them checked.
void check_cookies(Burst& burst, StageContext& context, std::uint64_t acknowledgements);

/// The cookie that an ACK brings back, if it is right.
[[nodiscard]] std::optional<CookieMatch> match_cookie(const TcpPacket& packet);

/// Enters the connection that a valid cookie proves, turns the packet into the SYN to the server,
/// and holds what else it carried.
void open_connection(TcpPacket& packet, const CookieMatch& match);

}  // namespace sekimori
