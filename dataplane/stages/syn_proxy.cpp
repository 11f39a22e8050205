#include "dataplane/stages/syn_proxy.hpp"

#include <algorithm>
#include <cstring>

#include "dataplane/stages/card.hpp"
#include "dataplane/stages/evidence.hpp"
#include "dataplane/state/plain_messages.hpp"

namespace sekimori {
namespace {

/// The SYN that the client would have sent had it met the server, as far as the cookie remembers
/// it.
Segment syn_for_server(const TcpPacket& p, const AgreedOptions& agreed) {
  const Headers& ack = p.headers();
  const bool scaled = agreed.client_scale != no_window_scale;
  // The window of a SYN is never scaled (RFC 7323, section 2.2).
  const std::uint32_t window = std::uint32_t{ack.window} << (scaled ? agreed.client_scale : 0);
  return {.source = p.key.client,
          .destination = p.key.server,
          .source_port = p.key.client_port,
          .destination_port = p.key.server_port,
          .sequence = ack.sequence - 1,
          .window = static_cast<std::uint16_t>(std::min(window, std::uint32_t{65535})),
          .flags = tcp_flag::syn,
          .mss = class_mss(p.key.client.family(), agreed.mss_index),
          .window_scale = agreed.client_scale,
          .sack_permitted = agreed.sack,
          .timestamps = agreed.timestamps,
          .timestamp_value = ack.options.timestamp_value};
}

void start_handshake(const TcpPacket& p, std::uint32_t index, const CookieMatch& match) {
  const Headers& ack = p.headers();
  Handshake& h = p.state().handshakes[index];
  h = {.flow = p.flow,
       .deadline_ms = p.context.now_ms() + p.context.policy.global().server_syn_timeout_ms,
       .client_isn = ack.sequence - 1,
       .cookie = ack.acknowledgement - 1,
       .client_next = ack.sequence,
       .own_timestamp = ack.options.timestamp_echo,
       .client_timestamp = ack.options.timestamp_value,
       .client_window = ack.window,
       .agreed = match.agreed,
       .advertised_scale =
           p.state()
               .backends.advertised(p.key.server, p.key.server_port, match.slot, p.assumed())
               .window_scale};
  const LinkHeader link = LinkHeader::copy_of(p.frame(), ack);
  h.link_length = link.length;
  h.frame_length =
      static_cast<std::uint8_t>(write_segment(h.frame, link, syn_for_server(p, match.agreed)));
}

/// Keeps what the acknowledging segment carried besides the acknowledgement.
void hold_early_data(const TcpPacket& p, Handshake& h) {
  const Headers& ack = p.headers();
  if (ack.payload_length() == 0 && !p.is_fin()) return;
  const std::span<const std::uint8_t> frame{p.frame().data, p.frame().length};
  if (p.state().hold(h, frame, p.context.policy.global().hold_segments_per_flow)) {
    h.client_next += ack.payload_length() + (p.is_fin() ? 1 : 0);
    if (p.is_fin()) p.state().flows[p.flow].flags |= flow_flag::client_fin;
  } else {
    p.context.count(Counter::hold_discarded);
  }
}

}  // namespace

void check_cookies(Burst& burst, StageContext& context, std::uint64_t acknowledgements) {
  if (burst.marks != nullptr) {
    acknowledgements &= ~take_card_cookies(burst, context, acknowledgements);
  }
  if (acknowledgements == 0) return;
  const std::uint64_t slot = context.slot();
  const std::uint64_t plain = acknowledgements & burst.plain;
  burst.messages.start(burst.frames.size());
  std::uint64_t second_key = 0;
  std::uint64_t possible = 0;
  for_each_packet(plain, [&](std::size_t i) {
    const auto read = read_cookie(slot, burst.columns.acknowledgement(i) - 1,
                                  burst.columns.options(i).echoed_timestamp());
    if (!read) return;
    const CookieOptions options{read->slot, read->agreed};
    burst.message_bits[i] = options.message_bits;
    second_key |= std::uint64_t{options.odd_slot} << i;
    possible |= std::uint64_t{1} << i;
  });
  set_cookie_messages(burst.columns, possible, burst.message_bits, second_key, burst.messages);
  for_each_packet(acknowledgements & ~plain, [&](std::size_t i) {
    const Headers& ack = burst.headers(i);
    const auto read = read_cookie(slot, ack.acknowledgement - 1, ack.options.echoed_timestamp());
    if (!read) return;
    add_cookie_message(burst.messages, i, ack.source, ack.destination,
                       cookie_ports(ack.source_port, ack.destination_port),
                       CookieOptions{read->slot, read->agreed});
    possible |= std::uint64_t{1} << i;
  });
  hash_cookies(context.state.hashing, context.state.cookie_keys, slot, burst.messages);
  for_each_packet(possible, [&](std::size_t i) {
    const TcpSegment ack = burst.segment(i);
    const bool right =
        cookie_has_hash(burst.messages.hash(i), ack.acknowledgement - 1, ack.sequence - 1);
    burst.cookies_right |= std::uint64_t{right} << i;
  });
  burst.cookies_checked |= acknowledgements;
}

std::optional<CookieMatch> match_cookie(const TcpPacket& p) {
  const std::uint64_t bit = std::uint64_t{1} << p.number;
  if ((p.burst.cookies_checked & bit) == 0) check_cookies(p.burst, p.context, bit);
  if ((p.burst.cookies_right & bit) == 0) return std::nullopt;
  p.context.count(Counter::cookie_valid);
  add(p.meters().cookie_valid, 1);
  return read_cookie(p.context.slot(), p.headers().acknowledgement - 1,
                     p.headers().options.echoed_timestamp());
}

void open_connection(TcpPacket& p, const CookieMatch& match) {
  WorkerState& state = p.state();
  if (!state.limits[p.object_slot()].new_connections.admit(
          p.context.now.monotonic_ns, p.object().new_connections_per_s, state.worker_count)) {
    return p.drop(DropReason::creation_limited);
  }
  if (p.flow != FlowTable::none) state.remove_flow(p.flow);
  const std::uint32_t place = state.handshakes.take();
  if (place == Pool<Handshake>::none) return p.drop(DropReason::handshake_table_full);
  p.flow = state.flows.insert(p.hash, p.key);
  if (p.flow == FlowTable::none) {
    state.handshakes.give_back(place);
    return p.drop(DropReason::flow_table_full);
  }
  p.burst.connections_entered = true;
  Flow& flow = state.flows[p.flow];
  flow.state = FlowState::connecting;
  flow.handshake = place;
  flow.last_seen_ms = p.context.now_ms();
  flow.client_sequence = p.headers().sequence;
  flow.cookie_distance = p.headers().acknowledgement - p.headers().sequence;
  start_handshake(p, place, match);
  Handshake& handshake = state.handshakes[place];
  hold_early_data(p, handshake);
  p.context.count(Counter::flow_created);
  p.context.count(Counter::syn_forwarded);
  if (count_connection(p.burst, p.context, p.number)) add(p.meters().new_sources, 1);

  std::memcpy(p.frame().data, handshake.frame.data(), handshake.frame_length);
  p.frame().length = handshake.frame_length;
  p.burst.forward(p.number);
}

}  // namespace sekimori
