#include "dataplane/stages/tcp.hpp"

#include "dataplane/stages/server_handshake.hpp"
#include "dataplane/stages/source_authentication.hpp"
#include "dataplane/stages/source_lists.hpp"
#include "dataplane/stages/splice.hpp"
#include "dataplane/stages/syn_proxy.hpp"

namespace sekimori {
namespace {

FlowKey key_of(const Headers& h, Side from) {
  if (from == Side::outside) {
    return {.client = h.source,
            .server = h.destination,
            .client_port = h.source_port,
            .server_port = h.destination_port};
  }
  return {.client = h.destination,
          .server = h.source,
          .client_port = h.destination_port,
          .server_port = h.source_port};
}

void proxy_new(TcpPacket& p) {
  if (p.is_syn()) return answer_syn(p);
  if (p.is_rst()) return p.drop(DropReason::connection_unknown);
  if (const auto match = match_cookie(p)) return open_connection(p, *match);
  if (p.object().unknown_ack_reply == UnknownAckReply::rst) return p.reply_reset();
  p.drop(DropReason::cookie_invalid);
}

/// A segment from outside that belongs to no connection.
void outside_without_flow(TcpPacket& p) {
  const SynMode mode = p.mode();
  if (mode == SynMode::off || p.burst.is_trusted(p.number)) return;
  if (p.is_syn_ack()) return p.drop(DropReason::syn_ack_unsolicited);
  switch (mode) {
    case SynMode::off:
      return;
    case SynMode::proxy:
      return proxy_new(p);
    case SynMode::reset:
      return authenticate_by_reset(p);
    case SynMode::bad_ack:
      return authenticate_by_bad_ack(p);
    case SynMode::retransmit:
      return authenticate_by_retransmission(p);
  }
}

/// Whether a segment on known ports opens a new connection there: the old one has ended, or a SYN
/// came for it, and the segment proves its source as the mode wants.
bool opens_again(TcpPacket& p, const Flow& flow) {
  // Segments of a connection that lives are not asked for cookies only because somebody has sent a
  // SYN with its addresses: among enough of them one would pass by chance.
  const Headers& segment = p.headers();
  const bool near = flow.is_near(segment.sequence);
  const bool syn_seen = flow.has(flow_flag::syn_seen);
  if (!flow.ended() && (!syn_seen || near)) return false;
  switch (p.mode()) {
    case SynMode::proxy:
      if (p.is_rst()) return false;
      // After both FINs what was lost before them still comes again.
      if (!syn_seen && flow.has_cookie_of(segment.sequence, segment.acknowledgement)) return false;
      if (const auto match = match_cookie(p)) {
        open_connection(p, *match);
        return true;
      }
      return false;
    case SynMode::reset:
    case SynMode::bad_ack:
      // The source's proof must not be taken for a segment of the old connection, nor the last
      // acknowledgement of that connection for a proof.
      if (!flow.ended() || (near && !syn_seen)) return false;
      outside_without_flow(p);
      return true;
    case SynMode::off:
    case SynMode::retransmit:
      return false;
  }
  return false;
}

void from_outside(TcpPacket& p) {
  if (p.is_syn()) {
    p.context.count(Counter::syn_received);
    add(p.meters().syn_received, 1);
  }
  if (p.flow == FlowTable::none) return outside_without_flow(p);
  Flow& flow = p.state().flows[p.flow];
  if (p.is_syn()) {
    // A SYN never touches a connection that exists; only the proof that follows it may.
    flow.flags |= flow_flag::syn_seen;
    return outside_without_flow(p);
  }
  if (opens_again(p, flow)) return;
  if (flow.state == FlowState::connecting) return client_while_connecting(p);
  client_segment(p);
}

/// Takes up a connection that the server vouches for, so that it outlives a change of the SYN mode
/// and so that answers to connections from inside are known. A full table is no reason to harm it.
void take_up(TcpPacket& p) {
  p.flow = p.state().flows.insert(p.hash, p.key);
  if (p.flow == FlowTable::none) return;
  Flow& flow = p.state().flows[p.flow];
  flow.last_seen_ms = p.context.now_ms();
  flow.client_sequence = p.headers().acknowledgement;
  if (p.is_fin()) flow.flags |= flow_flag::server_fin;
  if (p.is_syn_ack()) flow.flags |= flow_flag::half_open;
  p.context.count(Counter::flow_created);
}

bool is_allowed_client(const TcpPacket& p) {
  return listed_action(p.context.policy, p.object(), p.key.client) == SourceAction::allow;
}

void inside_without_flow(TcpPacket& p) {
  if (p.is_rst()) return;
  const SynMode mode = p.mode();
  if (p.is_syn_ack()) {
    if (p.state().backends.learn(p.key.server, p.key.server_port, p.context.slot(),
                                 p.headers().options, Offered{}, p.assumed())) {
      p.context.count(Counter::backend_learned);
    }
    // Where SYNs pass unchecked, SYN-ACKs prove nothing and would fill the table.
    if (mode == SynMode::off) return;
  }
  // A proxied connection that is not known any more cannot be translated: the server is told.
  if (mode == SynMode::proxy && !p.headers().has(tcp_flag::syn) && !is_allowed_client(p)) {
    return p.reply_reset();
  }
  take_up(p);
}

/// Whether the server opens or answers another connection on ports that are free again.
bool begins_another(const TcpPacket& p, const Flow& flow) {
  const Headers& segment = p.headers();
  if (!flow.ended() || !segment.has(tcp_flag::syn)) return false;
  return p.is_syn() || !flow.began_with(segment.sequence, segment.acknowledgement);
}

void from_inside(TcpPacket& p) {
  if (p.flow != FlowTable::none && begins_another(p, p.state().flows[p.flow])) {
    p.state().remove_flow(p.flow);
    p.flow = FlowTable::none;
  }
  if (p.flow == FlowTable::none) return inside_without_flow(p);
  if (p.state().flows[p.flow].state == FlowState::connecting) return server_while_connecting(p);
  server_segment(p);
}

}  // namespace

void handle_tcp(Burst& burst, StageContext& context) {
  FlowTable& flows = context.state.flows;
  std::uint64_t segments = 0;
  burst.for_each_open([&](std::size_t i) {
    if (burst.headers[i].kind != Kind::tcp) return;
    segments |= std::uint64_t{1} << i;
    burst.flow_keys[i] = key_of(burst.headers[i], burst.from);
    burst.flow_hashes[i] = burst.flow_keys[i].hash(context.state.flow_key);
    flows.prefetch(burst.flow_hashes[i]);
  });
  burst.for_each(segments, [&](std::size_t i) { flows.prefetch_entry(burst.flow_hashes[i]); });
  burst.for_each(segments, [&](std::size_t i) {
    // Looked up only now: an earlier segment of the burst may have opened or ended the connection.
    TcpPacket packet{.burst = burst,
                     .context = context,
                     .number = i,
                     .key = burst.flow_keys[i],
                     .hash = burst.flow_hashes[i],
                     .flow = flows.find(burst.flow_hashes[i], burst.flow_keys[i])};
    if (burst.from == Side::outside) {
      from_outside(packet);
    } else {
      from_inside(packet);
    }
  });
}

}  // namespace sekimori
