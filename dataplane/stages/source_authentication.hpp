#pragma once

#include "dataplane/stages/tcp_packet.hpp"

namespace sekimori {

// The modes that let a source prove itself once and then leave its connections alone. Each function
// takes a segment from outside, other than a SYN-ACK, that belongs to no connection; left open, it
// is forwarded.

/// `reset`: SYN, SYN-ACK with a cookie, ACK; then RST, and the source may connect for some time.
void authenticate_by_reset(TcpPacket& packet);

/// `bad-ack`: a SYN is answered by a SYN-ACK with a wrong acknowledgement number, which is a
/// cookie. A TCP stack answers with a RST that repeats it (RFC 9293, section 3.10.7.3) and sends
/// its SYN again.
void authenticate_by_bad_ack(TcpPacket& packet);

/// `retransmit`: the first SYN is dropped; one that comes again as TCP would send it is let
/// through.
void authenticate_by_retransmission(TcpPacket& packet);

}  // namespace sekimori
