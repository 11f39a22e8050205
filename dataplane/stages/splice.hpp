#pragma once

#include "dataplane/packet/rewrite.hpp"
#include "dataplane/stages/tcp_packet.hpp"

namespace sekimori {

// Connections both of whose handshakes are complete.

/// Changes a segment of the client into the server's numbers.
void translate_to_server(Frame& frame, const Headers& headers, const Flow& flow);
/// Changes a segment of the server into the client's numbers.
void translate_to_client(Frame& frame, const Headers& headers, const Flow& flow);

/// A segment of the client on a passing or spliced connection. It stays open, to be forwarded.
void client_segment(TcpPacket& packet);

/// A segment of the server on a passing or spliced connection. It stays open, to be forwarded,
/// unless it is a SYN-ACK for which our ACK was lost.
void server_segment(TcpPacket& packet);

/// Removes connections that have been idle for as long as their state allows, among the next
/// `count` places.
void expire_flows(StageContext& context, std::uint32_t count);

}  // namespace sekimori
