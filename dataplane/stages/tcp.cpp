#include "dataplane/stages/tcp.hpp"

#include "dataplane/stages/server_handshake.hpp"
#include "dataplane/stages/source_authentication.hpp"
#include "dataplane/stages/source_lists.hpp"
#include "dataplane/stages/splice.hpp"
#include "dataplane/stages/syn_answer.hpp"
#include "dataplane/stages/syn_proxy.hpp"
#include "dataplane/state/plain_messages.hpp"

namespace sekimori {
namespace {

void proxy_new(TcpPacket& p) {
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
  const Headers& segment = p.headers();
  if (!flow.may_be_followed(segment.sequence)) return false;
  const bool near = flow.is_near(segment.sequence);
  const bool syn_seen = flow.has(flow_flag::syn_seen);
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
  if (p.flow == FlowTable::none) return outside_without_flow(p);
  Flow& flow = p.state().flows[p.flow];
  if (p.is_syn()) {
    flow.flags |= flow_flag::syn_seen;
    return outside_without_flow(p);
  }
  if (opens_again(p, flow)) return;
  if (flow.state == FlowState::connecting) return client_while_connecting(p);
  client_segment(p, flow);
}

/// Takes up a connection that the server vouches for, so that it outlives a change of the SYN mode
/// and so that answers to connections from inside are known. A full table is no reason to harm it.
void take_up(TcpPacket& p) {
  p.flow = p.state().flows.insert(p.hash, p.key);
  if (p.flow == FlowTable::none) return;
  p.burst.connections_entered = true;
  Flow& flow = p.state().flows[p.flow];
  flow.last_seen_ms = p.context.now_ms();
  flow.client_sequence = p.headers().acknowledgement;
  if (p.is_fin()) flow.flags |= flow_flag::server_fin;
  if (p.is_syn_ack()) flow.flags |= flow_flag::half_open;
  p.context.count(Counter::flow_created);
}

bool is_allowed_client(const TcpPacket& p) {
  return listed_action(p.context.policy, p.protected_object(), p.key.client) == SourceAction::allow;
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
  Flow& flow = p.state().flows[p.flow];
  if (flow.state == FlowState::connecting) return server_while_connecting(p);
  server_segment(p, flow);
}

/// Finds the keys of all segments and their hashes, and starts to fetch what the lookups will
/// touch.
void hash_flows(Burst& burst, const StageContext& context, std::uint64_t segments) {
  const WorkerState& state = context.state;
  PacketMessages& messages = burst.flow_messages;
  messages.start(burst.frames.size());
  set_flow_messages(burst.columns, burst.from, segments & burst.plain, messages);
  for_each_packet(segments & ~burst.plain, [&](std::size_t i) {
    burst.flow_keys[i] = burst.flow_key(i);
    burst.flow_keys[i].add_to(messages, i);
  });
  state.hashing.table_hashes(state.flow_key, messages);
  for_each_packet(segments, [&](std::size_t i) { state.flows.prefetch(messages.hash(i)); });
}

/// Starts to fetch the connections that the segments seem to belong to. Returns the segments that
/// belong to none.
std::uint64_t fetch_flows(Burst& burst, const StageContext& context, std::uint64_t segments) {
  const FlowTable& flows = context.state.flows;
  std::uint64_t unknown = 0;
  std::uint64_t elsewhere = 0;
  for_each_packet(segments, [&](std::size_t i) {
    const std::uint32_t candidate = flows.candidate(burst.flow_messages.hash(i));
    burst.candidates[i] = candidate;
    unknown |= std::uint64_t{candidate == FlowTable::none} << i;
    elsewhere |= std::uint64_t{candidate == FlowTable::elsewhere} << i;
  });
  for_each_packet(elsewhere, [&](std::size_t i) {
    burst.candidates[i] = flows.second_candidate(burst.flow_messages.hash(i));
    unknown |= std::uint64_t{burst.candidates[i] == FlowTable::none} << i;
  });
  return unknown;
}

/// Segments by the SYN mode of their port, where a cookie is what proves their source.
struct Authenticated {
  std::uint64_t proxy = 0;
  std::uint64_t reset = 0;
};

Authenticated sort_by_mode(const Burst& burst, const StageContext& context,
                           std::uint64_t segments) {
  Authenticated result;
  const auto sort = [&result](SynMode mode, std::uint64_t set) {
    result.proxy |= mode == SynMode::proxy ? set : 0;
    result.reset |= mode == SynMode::reset ? set : 0;
  };
  burst.for_each_run(segments, [&](std::uint32_t index, std::uint64_t run) {
    const ProtectedObject& object = context.policy.protected_object(index);
    if (object.record.service_count == 0) return sort(object.record.syn_mode, run);
    for_each_packet(run, [&](std::size_t i) {
      sort(context.policy.syn_mode(object, burst.destination_port(i)), std::uint64_t{1} << i);
    });
  });
  return result;
}

/// Drops acknowledgements of no connection whose cookies are wrong, where that is not answered. In
/// a burst that opens no connection none of them can belong to one.
void drop_unanswered(Burst& burst, const StageContext& context, std::uint64_t acknowledgements) {
  burst.for_each_run(acknowledgements, [&](std::uint32_t object, std::uint64_t run) {
    if (context.policy.object(object).unknown_ack_reply == UnknownAckReply::none) {
      burst.drop_all(run, DropReason::cookie_invalid);
    }
  });
}

/// The connection of a segment. Looked up only now, as an earlier segment of the burst may have
/// opened or ended it.
std::uint32_t find_flow(const Burst& burst, const FlowTable& flows, std::size_t i) {
  const std::uint32_t candidate = burst.candidates[i];
  if (candidate == FlowTable::none && !burst.connections_entered) return FlowTable::none;
  const FlowKey& key = burst.flow_keys[i];
  if (candidate != FlowTable::none && flows[candidate].key == key) return candidate;
  return flows.find(burst.flow_messages.hash(i), key);
}

/// Starts to fetch the connection of the segment that is some places behind packet i, if there is
/// one. It has been asked for before, with those of the whole burst, and a CPU forgets what it is
/// asked for while it waits for too much else.
void fetch_ahead(const Burst& burst, const FlowTable& flows, std::uint64_t segments,
                 std::size_t i) {
  constexpr std::size_t ahead = 6;
  if ((segments >> ahead >> i & 1) == 0) return;
  const std::uint32_t candidate = burst.candidates[i + ahead];
  if (candidate != FlowTable::none) __builtin_prefetch(&flows[candidate], 1);
}

void handle_segment(Burst& burst, StageContext& context, std::size_t i) {
  if (take_open_segment(burst, context, i)) return;
  FlowKey& key = burst.flow_keys[i];
  if (burst.is_plain(i)) key = burst.flow_key(i);
  TcpPacket packet{.burst = burst,
                   .context = context,
                   .number = i,
                   .key = key,
                   .hash = burst.flow_messages.hash(i),
                   .flow = find_flow(burst, context.state.flows, i)};
  if (burst.from == Side::outside) {
    from_outside(packet);
  } else {
    from_inside(packet);
  }
}

/// A SYN never touches a connection that exists; only the proof that follows it may.
void note_syn(const Burst& burst, StageContext& context, std::size_t i) {
  FlowTable& flows = context.state.flows;
  const std::uint32_t flow = flows.find(burst.flow_messages.hash(i), burst.flow_key(i));
  if (flow != FlowTable::none) flows[flow].flags |= flow_flag::syn_seen;
}

/// A card answers SYNs without our seeing them. A cookie of which it says that it has come back
/// tells of one.
void note_card_syns(const Burst& burst, StageContext& context, std::uint64_t segments) {
  FlowTable& flows = context.state.flows;
  for_each_packet(segments & burst.marks->cookie_valid, [&](std::size_t i) {
    const std::uint32_t index = flows.find(burst.flow_messages.hash(i), burst.flow_key(i));
    if (index == FlowTable::none) return;
    Flow& flow = flows[index];
    const bool near = flow.is_near(burst.segment(i).sequence);
    if (!flow.ended() && !near) flow.flags |= flow_flag::syn_seen;
  });
}

/// Judges the segments in order. Of `syns`, which are answered whatever is known, only those are
/// looked at that may belong to a connection: the `known`, and all that come after one was entered.
void handle_segments(Burst& burst, StageContext& context, std::uint64_t syns, std::uint64_t known) {
  const std::uint64_t others = burst.open & burst.of_class(TrafficClass::tcp) & ~syns;
  for (std::uint64_t left = others | (syns & known); left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    if ((syns >> i & 1) != 0) {
      note_syn(burst, context, i);
    } else {
      fetch_ahead(burst, context.state.flows, others, i);
      handle_segment(burst, context, i);
      if (burst.connections_entered) left |= syns & ~first_packets(i + 1);
    }
  }
}

void handle_from_outside(Burst& burst, StageContext& context, std::uint64_t segments) {
  const Authenticated modes = sort_by_mode(burst, context, segments & ~burst.trusted);
  // In mode proxy every SYN is answered, whatever else is known.
  const std::uint64_t syns = modes.proxy & burst.syns;
  burst.to_answer = syns;
  prepare_answers(burst, context);

  const std::uint64_t unknown = fetch_flows(burst, context, segments);
  if (burst.marks != nullptr) note_card_syns(burst, context, segments & ~unknown);
  const std::uint64_t requests = burst.requests & unknown;
  check_cookies(burst, context, requests & (modes.proxy | modes.reset));
  if (burst.cookies_right == 0) drop_unanswered(burst, context, requests & modes.proxy);
  handle_segments(burst, context, syns, ~unknown);
  answer_syns(burst, context);
}

}  // namespace

void handle_tcp(Burst& burst, StageContext& context) {
  const std::uint64_t segments = burst.open & burst.of_class(TrafficClass::tcp);
  if (segments == 0) return;
  hash_flows(burst, context, segments);
  if (burst.from == Side::outside) return handle_from_outside(burst, context, segments);
  fetch_flows(burst, context, segments);
  for_each_packet(segments, [&](std::size_t i) {
    fetch_ahead(burst, context.state.flows, segments, i);
    handle_segment(burst, context, i);
  });
}

}  // namespace sekimori
