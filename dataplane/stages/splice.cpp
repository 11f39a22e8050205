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

}  // namespace

void translate_to_server(Frame& frame, const Headers& headers, const Flow& flow) {
  translate(frame, headers,
            {.acknowledgement = -flow.sequence_delta,
             .timestamp_echo = -flow.timestamp_delta,
             .window_shift = flow.to_server_shift,
             .remove_timestamps = flow.has(flow_flag::remove_timestamps),
             .remove_sack = flow.has(flow_flag::remove_sack)});
}

void translate_to_client(Frame& frame, const Headers& headers, const Flow& flow) {
  translate(frame, headers,
            {.sequence = flow.sequence_delta,
             .timestamp_value = flow.timestamp_delta,
             .window_shift = flow.to_client_shift});
}

void client_segment(TcpPacket& p) {
  Flow& flow = p.state().flows[p.flow];
  const Headers& segment = p.headers();
  // A forged RST or FIN must not end the connection's entry early.
  const bool near = flow.is_near(segment.sequence);
  if (p.is_rst()) {
    if (near) flow.close(flow_flag::reset);
  } else {
    flow.last_seen_ms = p.context.now_ms();
    if (near) flow.flags &= static_cast<std::uint8_t>(~flow_flag::half_open);
    if (p.is_fin() && near) flow.close(flow_flag::client_fin);
  }
  if (flow.state != FlowState::spliced) return;
  // A cookie has opened the connection, and nobody but its ends knows where its numbers are.
  if (near) p.burst.proved |= std::uint64_t{1} << p.number;
  translate_to_server(p.frame(), segment, flow);
}

void server_segment(TcpPacket& p) {
  Flow& flow = p.state().flows[p.flow];
  const Headers& segment = p.headers();
  flow.last_seen_ms = p.context.now_ms();
  if (segment.has(tcp_flag::ack)) flow.client_sequence = segment.acknowledgement;
  if (p.is_rst()) flow.close(flow_flag::reset);
  if (p.is_fin()) flow.close(flow_flag::server_fin);
  if (flow.state != FlowState::spliced) return;
  if (p.is_syn_ack()) return repeat_ack(p, flow);
  translate_to_client(p.frame(), segment, flow);
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
