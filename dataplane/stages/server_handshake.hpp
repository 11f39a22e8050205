#pragma once

#include "dataplane/stages/tcp_packet.hpp"

namespace sekimori {

// The server's half of a proxied handshake: our SYN in the client's name, the server's SYN-ACK, our
// ACK, then the early data that was held.

/// A segment of the client while the server has not answered yet.
void client_while_connecting(TcpPacket& packet);

/// A segment of the server while its answer is awaited.
void server_while_connecting(TcpPacket& packet);

/// Sends SYNs again whose time has come, and gives up those that were sent often enough, telling
/// the client by RST. Looks at the next `count` places.
void run_handshake_timers(StageContext& context, std::uint32_t count);

}  // namespace sekimori
