#include "dataplane/stages/splice.hpp"

namespace sekimori {
namespace {

std::uint32_t idle_timeout_ms(const Flow& flow, const GlobalRecord& timeouts) {
  if (flow.ended() || flow.has(flow_flag::half_open)) return timeouts.closed_timeout_s * 1000;
  const bool half_closed = (flow.flags & (flow_flag::client_fin | flow_flag::server_fin)) != 0;
  return (half_closed ? timeouts.half_closed_timeout_s : timeouts.established_timeout_s) * 1000;
}

/// The server repeats its SYN-ACK because our ACK was lost: acknowledge it again. What the SYN-ACK
/// echoes is the latest of the client's numbers that the server knows.
void repeat_ack(TcpPacket& p, const Flow& flow) {
  if (!p.may_reply()) return;
  const Headers& syn_ack = p.headers();
  const bool timestamps =
      syn_ack.options.has_timestamps() && !flow.has(flow_flag::remove_timestamps);
  reply_in_place(p.frame(), syn_ack,
                 {.source = p.key.client,
                  .destination = p.key.server,
                  .source_port = p.key.client_port,
                  .destination_port = p.key.server_port,
                  .sequence = syn_ack.acknowledgement,
                  .acknowledgement = syn_ack.sequence + 1,
                  .window = p.object().syn_ack_window,
                  .flags = tcp_flag::ack,
                  .timestamps = timestamps,
                  .timestamp_value = syn_ack.options.timestamp_echo,
                  .timestamp_echo = syn_ack.options.timestamp_value});
  p.burst.reply(p.number);
}

/// What a segment of the server tells of its connection.
void note_server_segment(const StageContext& context, const TcpSegment& segment, Flow& flow) {
  flow.last_seen_ms = context.now_ms();
  if (segment.has(tcp_flag::ack)) flow.client_sequence = segment.acknowledgement;
  if (segment.has(tcp_flag::rst)) flow.close(flow_flag::reset);
  if (segment.has(tcp_flag::fin)) flow.close(flow_flag::server_fin);
}

void follow_server(const StageContext& context, const TcpSegment& segment, Flow& flow) {
  note_server_segment(context, segment, flow);
  if (flow.state != FlowState::spliced) return;
  translate(segment.start, segment.options,
            {.sequence = flow.sequence_delta,
             .timestamp_value = flow.timestamp_delta,
             .window_shift = flow.to_client_shift});
}

void follow_client(Burst& burst, const StageContext& context, std::size_t i,
                   const TcpSegment& segment, Flow& flow) {
  // A forged RST or FIN must not end the connection's entry early.
  const bool near = flow.is_near(segment.sequence);
  if (segment.has(tcp_flag::rst)) {
    if (near) flow.close(flow_flag::reset);
  } else {
    flow.last_seen_ms = context.now_ms();
    if (near) flow.flags &= static_cast<std::uint8_t>(~flow_flag::half_open);
    if (segment.has(tcp_flag::fin) && near) flow.close(flow_flag::client_fin);
  }
  if (flow.state != FlowState::spliced) return;
  // A cookie has opened the connection, and nobody but its ends knows where its numbers are.
  burst.proved |= std::uint64_t{near} << i;
  translate(segment.start, segment.options, to_server(flow));
}

/// Whether plain packet `i` is of the connection with this key.
bool is_of(const Burst& burst, std::size_t i, const FlowKey& key) {
  return burst.columns.is_ipv6(i) ? key == key_of(burst.columns, i, burst.from)
                                  : key.has_message(burst.flow_messages.ipv4(i));
}

}  // namespace

Translation to_server(const Flow& flow) {
  return {.acknowledgement = -flow.sequence_delta,
          .timestamp_echo = -flow.timestamp_delta,
          .window_shift = flow.to_server_shift,
          .remove_timestamps = flow.has(flow_flag::remove_timestamps),
          .remove_sack = flow.has(flow_flag::remove_sack)};
}

void client_segment(TcpPacket& p, Flow& flow) {
  follow_client(p.burst, p.context, p.number, p.burst.segment(p.number), flow);
}

void server_segment(TcpPacket& p, Flow& flow) {
  const TcpSegment segment = p.burst.segment(p.number);
  if (!p.is_syn_ack()) return follow_server(p.context, segment, flow);
  note_server_segment(p.context, segment, flow);
  if (flow.state == FlowState::spliced) repeat_ack(p, flow);
}

bool take_open_segment(Burst& burst, const StageContext& context, std::size_t i) {
  const std::uint32_t candidate = burst.candidates[i];
  if (candidate == FlowTable::none || !burst.is_plain(i)) return false;
  Flow& flow = context.state.flows[candidate];
  if (!is_of(burst, i, flow.key)) return false;
  const TcpSegment segment = burst.segment(i);
  if (flow.state == FlowState::connecting || segment.has(tcp_flag::syn)) return false;
  if (burst.from == Side::inside) {
    follow_server(context, segment, flow);
    return true;
  }
  if (flow.may_be_followed(segment.sequence)) return false;
  follow_client(burst, context, i, segment, flow);
  return true;
}

void expire_flows(StageContext& context, std::uint32_t count) {
  WorkerState& state = context.state;
  state.flows.sweep(count, [&](std::uint32_t index) {
    const Flow& flow = state.flows[index];
    // The timers of handshakes see to connections that are not complete.
    if (flow.state == FlowState::connecting) return;
    const std::uint32_t idle_ms = context.now_ms() - flow.last_seen_ms;
    if (idle_ms > idle_timeout_ms(flow, context.policy.global())) state.remove_flow(index);
  });
}

}  // namespace sekimori
