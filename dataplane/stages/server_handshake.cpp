#include "dataplane/stages/server_handshake.hpp"

#include <cstring>

#include "dataplane/stages/splice.hpp"

namespace sekimori {
namespace {

/// Puts a packet of our own into the outbox; false when there was no room.
std::span<std::uint8_t> emit(StageContext& context, Side to, std::size_t length) {
  const std::span<std::uint8_t> room = context.state.outbox.add(to, length);
  if (room.empty()) {
    context.count(Counter::generated_lost);
  } else {
    context.count(to == Side::outside ? Counter::generated_outside : Counter::generated_inside);
  }
  return room;
}

/// The RST that tells a client, which believes to be connected, that its server is not to be had.
Segment reset_to_client(const FlowKey& key, const Handshake& h) {
  return {.source = key.server,
          .destination = key.client,
          .source_port = key.server_port,
          .destination_port = key.client_port,
          .sequence = h.cookie + 1,
          .acknowledgement = h.client_next,
          .flags = tcp_flag::rst | tcp_flag::ack};
}

/// Fixes how numbers and windows of the connection are translated from here on.
void splice(Flow& flow, const Handshake& h, const Headers& syn_ack) {
  const TcpOptions& server = syn_ack.options;
  flow.state = FlowState::spliced;
  flow.sequence_delta = h.cookie - syn_ack.sequence;
  if (h.agreed.timestamps) {
    if (server.has_timestamps()) {
      flow.timestamp_delta = h.own_timestamp - server.timestamp_value;
    } else {
      flow.flags |= flow_flag::remove_timestamps;
    }
  }
  if (h.agreed.sack && !server.sack_permitted()) flow.flags |= flow_flag::remove_sack;
  if (h.agreed.client_scale == no_window_scale) return;
  const bool server_scales = server.window_scale != no_window_scale;
  const int server_scale = server_scales ? server.window_scale : 0;
  flow.to_client_shift = static_cast<std::int8_t>(server_scale - h.advertised_scale);
  flow.to_server_shift = static_cast<std::int8_t>(server_scales ? 0 : h.agreed.client_scale);
}

/// The ACK that completes the server's handshake in the client's name.
Segment ack_for_server(const Flow& flow, const Handshake& h, const Headers& syn_ack) {
  return {.source = flow.key.client,
          .destination = flow.key.server,
          .source_port = flow.key.client_port,
          .destination_port = flow.key.server_port,
          .sequence = h.client_isn + 1,
          .acknowledgement = syn_ack.sequence + 1,
          .window = rescale_window(h.client_window, flow.to_server_shift),
          .flags = tcp_flag::ack,
          .timestamps = h.agreed.timestamps && !flow.has(flow_flag::remove_timestamps),
          .timestamp_value = h.client_timestamp,
          .timestamp_echo = syn_ack.options.timestamp_value};
}

/// Sends what was held, translated, in the order in which it came.
void release_held(StageContext& context, Flow& flow, const Handshake& h) {
  std::uint32_t index = h.first_held;
  for (std::uint16_t i = 0; i < h.held; ++i) {
    const HeldSegment& segment = context.state.held[index];
    index = segment.next;
    const std::span<std::uint8_t> room = emit(context, Side::inside, segment.length);
    if (room.empty()) continue;
    std::memcpy(room.data(), segment.bytes.data(), segment.length);
    Frame frame{.data = room.data(),
                .length = segment.length,
                .capacity = segment.length,
                .checksum = ChecksumHint::good};
    const Headers headers = parse(frame);
    translate(frame.data + headers.transport_offset, headers.options, to_server(flow));
    context.count(Counter::hold_released);
  }
}

void complete(TcpPacket& p, Flow& flow, Handshake& h) {
  const Headers& syn_ack = p.headers();
  const Offered offered{.window_scale = h.agreed.client_scale != no_window_scale,
                        .sack = h.agreed.sack,
                        .timestamps = h.agreed.timestamps};
  if (p.state().backends.learn(p.key.server, p.key.server_port, p.context.slot(), syn_ack.options,
                               offered, p.assumed())) {
    p.context.count(Counter::backend_learned);
  }
  splice(flow, h, syn_ack);
  flow.last_seen_ms = p.context.now_ms();
  reply_in_place(p.frame(), syn_ack, ack_for_server(flow, h, syn_ack));
  p.burst.reply(p.number);
  release_held(p.context, flow, h);
  p.state().end_handshake(flow.handshake);
  p.context.count(Counter::flow_established);
  add(p.meters().connections_established, 1);
}

/// The server has answered the SYN with a RST: the client gets one that it will accept.
void refuse(TcpPacket& p, const Flow& flow, const Handshake& h) {
  replace_in_place(p.frame(), p.headers(), reset_to_client(flow.key, h));
  p.context.count(Counter::flow_refused);
  p.context.count(Counter::rst_sent);
  p.state().remove_flow(p.flow);
  p.burst.forward(p.number);
}

void give_up(StageContext& context, const Handshake& h) {
  const std::uint32_t index = h.flow;
  const LinkHeader link = h.link_to_client();
  std::array<std::uint8_t, max_segment_frame> bytes;
  const std::size_t length =
      write_segment(bytes, link, reset_to_client(context.state.flows[index].key, h));
  const std::span<std::uint8_t> room = emit(context, Side::outside, length);
  if (!room.empty()) {
    std::memcpy(room.data(), bytes.data(), length);
    context.count(Counter::rst_sent);
  }
  context.count(Counter::handshake_given_up);
  context.state.remove_flow(index);
}

void send_again(StageContext& context, Handshake& h) {
  const std::span<std::uint8_t> room = emit(context, Side::inside, h.syn().size());
  if (!room.empty()) {
    std::memcpy(room.data(), h.syn().data(), h.syn().size());
    context.count(Counter::handshake_retransmitted);
  }
  // Each wait is twice the one before (RFC 6298, section 5.5).
  ++h.attempts;
  h.deadline_ms = context.now_ms() + (context.policy.global().server_syn_timeout_ms << h.attempts);
}

}  // namespace

void client_while_connecting(TcpPacket& p) {
  Flow& flow = p.state().flows[p.flow];
  Handshake& h = p.state().handshakes[flow.handshake];
  const Headers& segment = p.headers();
  if (p.is_rst()) {
    if (segment.sequence != h.client_next) return p.drop(DropReason::segment_unexpected);
    // The server may have answered already; it learns in its own numbers that the client is gone.
    replace_in_place(p.frame(), segment,
                     {.source = p.key.client,
                      .destination = p.key.server,
                      .source_port = p.key.client_port,
                      .destination_port = p.key.server_port,
                      .sequence = h.client_isn + 1,
                      .flags = tcp_flag::rst});
    p.state().remove_flow(p.flow);
    return p.burst.forward(p.number);
  }
  if (p.is_syn_ack() || segment.acknowledgement != h.cookie + 1) {
    return p.drop(DropReason::segment_unexpected);
  }
  h.client_window = segment.window;
  // The ACK for the server goes before what is held, so its TSval must not be later: the server
  // would discard held segments as old (PAWS, RFC 7323, section 5.3).
  if (segment.options.has_timestamps() && h.held == 0) {
    h.client_timestamp = segment.options.timestamp_value;
  }
  const std::uint32_t length = segment.payload_length() + (p.is_fin() ? 1 : 0);
  // Only what follows on is kept: repeated and disordered segments come again by themselves.
  if (length == 0 || segment.sequence != h.client_next) {
    return p.drop(DropReason::handshake_pending);
  }
  const std::span<const std::uint8_t> frame{p.frame().data, p.frame().length};
  if (!p.state().hold(h, frame, p.context.policy.global().hold_segments_per_flow)) {
    return p.drop(DropReason::hold_full);
  }
  h.client_next += length;
  if (p.is_fin()) flow.flags |= flow_flag::client_fin;
  p.burst.hold(p.number);
}

void server_while_connecting(TcpPacket& p) {
  Flow& flow = p.state().flows[p.flow];
  Handshake& h = p.state().handshakes[flow.handshake];
  const Headers& segment = p.headers();
  const bool acknowledges =
      segment.has(tcp_flag::ack) && segment.acknowledgement == h.client_isn + 1;
  if (p.is_rst() && acknowledges) return refuse(p, flow, h);
  if (p.is_syn_ack() && acknowledges) return complete(p, flow, h);
  // The server still has an older connection of the same ports. A RST ends it, as if the client
  // itself had met that answer (RFC 9293, section 3.5.2), and the SYN that follows opens the new
  // one.
  if (segment.has(tcp_flag::ack) && !p.is_rst() && !p.is_syn_ack()) {
    p.reply_reset();
    if (h.attempts < p.context.policy.global().server_syn_retries) send_again(p.context, h);
    return;
  }
  p.drop(DropReason::segment_unexpected);
}

void run_handshake_timers(StageContext& context, std::uint32_t count) {
  WorkerState& state = context.state;
  const std::uint32_t capacity = state.handshakes.capacity();
  if (state.handshakes.size() == 0) return;
  for (std::uint32_t i = std::min(count, capacity); i > 0; --i) {
    const std::uint32_t index = state.handshake_cursor;
    state.handshake_cursor = index + 1 == capacity ? 0 : index + 1;
    Handshake& h = state.handshakes[index];
    if (h.flow == Handshake::none) continue;
    if (static_cast<std::int32_t>(context.now_ms() - h.deadline_ms) < 0) continue;
    if (h.attempts >= context.policy.global().server_syn_retries) {
      give_up(context, h);
    } else {
      send_again(context, h);
    }
  }
}

}  // namespace sekimori
