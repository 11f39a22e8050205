#pragma once

#include "dataplane/packet/rewrite.hpp"
#include "dataplane/stages/tcp_packet.hpp"

namespace sekimori {

// Connections both of whose handshakes are complete.

/// How a segment of the client changes into the server's numbers.
[[nodiscard]] Translation to_server(const Flow& flow);

/// A segment of the client on a passing or spliced connection. It stays open, to be forwarded.
void client_segment(TcpPacket& packet, Flow& flow);

/// A segment of the server on a passing or spliced connection. It stays open, to be forwarded,
/// unless it is a SYN-ACK for which our ACK was lost.
void server_segment(TcpPacket& packet, Flow& flow);

/// Takes packet `i` of the burst through its connection by the columns alone, if it is a plain
/// segment of one that is open and cannot mean anything else, as nearly all are in peace. Returns
/// whether it was. What comes of it is what `client_segment` or `server_segment` make of it.
[[nodiscard]] bool take_open_segment(Burst& burst, const StageContext& context, std::size_t i);

/// Removes connections that have been idle for as long as their state allows, among the next
/// `count` places.
void expire_flows(StageContext& context, std::uint32_t count);

}  // namespace sekimori
