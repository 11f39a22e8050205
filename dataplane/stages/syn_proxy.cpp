#include "dataplane/stages/syn_proxy.hpp"

#include <algorithm>
#include <cstring>

#include "dataplane/packet/syn_ack.hpp"

namespace sekimori {
namespace {

/// What a sender takes as the peer's MSS when the SYN has no such option (RFC 9293, section 3.7.1).
constexpr std::uint16_t default_mss_ipv4 = 536;
constexpr std::uint16_t default_mss_ipv6 = 1220;

CookieTuple tuple_of(const FlowKey& key) {
  return {.source = key.client,
          .destination = key.server,
          .source_port = key.client_port,
          .destination_port = key.server_port};
}

/// What client and server both do. ECN is left out: agreeing to it for a server that then refuses
/// would leave congestion marks unanswered.
AgreedOptions agree(const TcpOptions& client, const BackendProfile& server, Family family) {
  const std::uint16_t default_mss = family == Family::ipv4 ? default_mss_ipv4 : default_mss_ipv6;
  const bool scaling =
      client.window_scale != no_window_scale && server.window_scale != no_window_scale;
  return representable({.mss_index = mss_class(family, client.mss != 0 ? client.mss : default_mss),
                        .client_scale = scaling ? client.window_scale : no_window_scale,
                        .sack = client.sack_permitted() && server.sack,
                        .timestamps = client.has_timestamps() && server.timestamps});
}

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

const BackendProfile& profile_to_offer(const TcpPacket& p) {
  RecentProfile& recent = p.context.recent_profile;
  if (!recent.known || recent.port != p.key.server_port || recent.server != p.key.server) {
    recent = {.known = true,
              .server = p.key.server,
              .port = p.key.server_port,
              .advertised = p.state().backends.advertised(p.key.server, p.key.server_port,
                                                          p.context.slot(), p.assumed())};
  }
  return recent.advertised;
}

}  // namespace

void answer_syn(TcpPacket& p) {
  if (!p.may_reply()) return;
  const Headers& syn = p.headers();
  const std::uint64_t slot = p.context.slot();
  const BackendProfile& server = profile_to_offer(p);
  const AgreedOptions agreed = agree(syn.options, server, p.key.client.family());
  const std::uint32_t cookie =
      make_cookie(p.state().cookie_keys.get(slot), tuple_of(p.key), slot, agreed, syn.sequence);
  const bool scaling = agreed.client_scale != no_window_scale;
  answer_in_place(
      p.frame(), syn,
      {.sequence = cookie,
       .acknowledgement = syn.sequence + 1,
       .window = p.object().syn_ack_window,
       .mss = server.mss,
       .window_scale = scaling ? server.window_scale : no_window_scale,
       .sack_permitted = agreed.sack,
       .timestamps = agreed.timestamps,
       .timestamp_value = cookie_timestamp(p.context.now.unix_ms(), timestamp_bits(agreed))});
  p.context.count(Counter::syn_ack_sent);
  add(p.meters().syn_ack_sent, 1);
  p.burst.reply(p.number);
}

std::optional<CookieMatch> match_cookie(const TcpPacket& p) {
  const Headers& ack = p.headers();
  const auto echo =
      ack.options.has_timestamps() ? std::optional{ack.options.timestamp_echo} : std::nullopt;
  const auto match = check_cookie(p.state().cookie_keys, tuple_of(p.key), p.context.slot(),
                                  ack.acknowledgement - 1, ack.sequence - 1, echo);
  if (match) {
    p.context.count(Counter::cookie_valid);
    add(p.meters().cookie_valid, 1);
  }
  return match;
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

  std::memcpy(p.frame().data, handshake.frame.data(), handshake.frame_length);
  p.frame().length = handshake.frame_length;
  p.burst.forward(p.number);
}

}  // namespace sekimori
