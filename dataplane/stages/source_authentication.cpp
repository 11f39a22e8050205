#include "dataplane/stages/source_authentication.hpp"

#include "dataplane/packet/syn_ack.hpp"
#include "dataplane/stages/evidence.hpp"
#include "dataplane/stages/syn_proxy.hpp"

namespace sekimori {
namespace {

bool authenticated(const TcpPacket& p) {
  if (!p.state().sources.contains(p.key.client, p.context.now_ms())) return false;
  if (p.is_syn()) p.context.count(Counter::syn_forwarded);
  return true;
}

void authenticate(const TcpPacket& p) {
  const std::uint32_t lifetime_ms = p.context.policy.global().authenticated_lifetime_s * 1000;
  const auto added = p.state().sources.add(p.key.client, p.context.now_ms(), lifetime_ms);
  if (added == SourceTable::Added::refused) return;
  p.context.count(Counter::source_authenticated);
  if (added == SourceTable::Added::entered) add(p.meters().new_sources, 1);
}

/// The cookie of a bad-ack challenge: that of a client with initial sequence number 0 and no
/// options, as a RST can repeat nothing but the number itself.
CookieTuple challenge_tuple(const FlowKey& key) {
  return {.source = key.client,
          .destination = key.server,
          .source_port = key.client_port,
          .destination_port = key.server_port};
}

void challenge_with_bad_ack(TcpPacket& p) {
  if (!p.may_reply()) return;
  const std::uint64_t slot = p.context.slot();
  const std::uint32_t cookie = make_cookie(p.state().cookie_keys.get(slot), challenge_tuple(p.key),
                                           slot, AgreedOptions{}, 0);
  answer_in_place(p.frame(), p.headers(),
                  {.sequence = 0, .acknowledgement = cookie, .window = p.object().syn_ack_window});
  p.context.count(Counter::syn_ack_sent);
  add(p.meters().syn_ack_sent, 1);
  p.burst.reply(p.number);
}

bool answers_bad_ack(const TcpPacket& p) {
  return check_cookie(p.state().cookie_keys, challenge_tuple(p.key), p.context.slot(),
                      p.headers().sequence, 0, std::nullopt)
      .has_value();
}

/// One hash for a SYN and its retransmissions, which repeat the sequence number.
std::uint64_t syn_hash(const TcpPacket& p) {
  return siphash<1, 3>(p.state().syn_key, std::array{p.hash, std::uint64_t{p.headers().sequence}});
}

}  // namespace

void authenticate_by_reset(TcpPacket& p) {
  if (authenticated(p)) return;
  if (p.is_syn()) return p.answer();
  if (p.is_rst()) return p.drop(DropReason::source_unproved);
  if (!match_cookie(p)) return p.drop(DropReason::cookie_invalid);
  count_connection(p.burst, p.context, p.number);
  authenticate(p);
  p.reply_reset();
}

void authenticate_by_bad_ack(TcpPacket& p) {
  if (authenticated(p)) return;
  if (p.is_syn()) return challenge_with_bad_ack(p);
  if (!p.is_rst() || !answers_bad_ack(p)) return p.drop(DropReason::source_unproved);
  p.context.count(Counter::cookie_valid);
  add(p.meters().cookie_valid, 1);
  count_connection(p.burst, p.context, p.number);
  authenticate(p);
  p.drop(DropReason::source_proved);
}

void authenticate_by_retransmission(TcpPacket& p) {
  if (authenticated(p)) return;
  if (!p.is_syn()) return p.drop(DropReason::source_unproved);
  const GlobalRecord& policy = p.context.policy.global();
  switch (p.state().syn_memory.look(syn_hash(p), p.context.now_ms(), policy.retransmit_min_ms,
                                    policy.retransmit_max_ms)) {
    case SynMemory::Answer::first:
      return p.drop(DropReason::syn_first);
    case SynMemory::Answer::too_soon:
      return p.drop(DropReason::syn_too_soon);
    case SynMemory::Answer::retransmitted:
      authenticate(p);
      p.context.count(Counter::syn_forwarded);
      return;
  }
}

}  // namespace sekimori
