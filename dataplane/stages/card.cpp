#include "dataplane/stages/card.hpp"

namespace sekimori {
namespace {

/// Whether the low half of a connection's hash is the one that the card has made.
bool names_connection(const CardMark& mark, std::uint64_t hash) {
  return mark.flow_hash == static_cast<std::uint32_t>(hash);
}

/// Whether a frame is a card's SYN-ACK, which has the addresses of one from inside: the hash is
/// that of the client's connection.
bool is_card_answer(const Burst& burst, const StageContext& context, std::size_t i) {
  const Headers& syn_ack = burst.headers(i);
  if (syn_ack.kind != Kind::tcp || syn_ack.fault) return false;
  const FlowKey key = key_of(syn_ack, Side::inside);
  return names_connection(burst.marks->mark[i], key.hash(context.state.flow_key));
}

/// Whether the card has read the same agreement of the same slot out of the acknowledgement.
bool agrees(const Burst& burst, const StageContext& context, std::size_t i) {
  const auto read = read_cookie(context.slot(), burst.segment(i).acknowledgement - 1,
                                burst.options(i).echoed_timestamp());
  if (!read) return false;
  const CardAgreement ours{read->agreed, read->slot};
  const CardMark& mark = burst.marks->mark[i];
  return mark.agreed == ours.agreed && mark.cookie_slot == ours.cookie_slot;
}

}  // namespace

CardAgreement::CardAgreement(const AgreedOptions& options, std::uint64_t slot)
    : agreed(static_cast<std::uint8_t>((options.timestamps ? 0x80 : 0) | (options.sack ? 0x40 : 0) |
                                       options.mss_index << 4 | options.client_scale)),
      cookie_slot(static_cast<std::uint8_t>((options.ecn ? 0x80 : 0) | (slot & 0x3f))) {}

void follow_marks(Burst& burst, StageContext& context) {
  const CardMarks& marks = *burst.marks;
  context.count(Counter::card_marked, size_of(marks.read));
  context.count(Counter::card_unmarked, burst.frames.size() - size_of(marks.read | marks.invalid));
  context.count(Counter::card_dns_matched, size_of(marks.dns_matched));
  burst.drop_all(marks.invalid, DropReason::metadata_invalid);
  for_each_packet(marks.syn_answered, [&](std::size_t i) {
    if (!is_card_answer(burst, context, i)) return burst.drop(i, DropReason::metadata_invalid);
    context.count(Counter::card_syn_ack_sent);
    burst.reply(i);
  });
}

std::uint64_t take_card_cookies(Burst& burst, StageContext& context,
                                std::uint64_t acknowledgements) {
  std::uint64_t taken = 0;
  for_each_packet(acknowledgements & burst.marks->cookie_valid, [&](std::size_t i) {
    const bool right = names_connection(burst.marks->mark[i], burst.flow_messages.hash(i)) &&
                       agrees(burst, context, i);
    taken |= std::uint64_t{right} << i;
  });
  burst.cookies_checked |= taken;
  burst.cookies_right |= taken;
  context.count(Counter::card_cookie_valid, size_of(taken));
  return taken;
}

}  // namespace sekimori
