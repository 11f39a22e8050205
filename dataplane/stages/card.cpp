#include "dataplane/stages/card.hpp"

namespace sekimori {
namespace {

/// Whether the low half of a connection's hash is the one that the card has made.
bool names_connection(const CardMark& mark, std::uint64_t hash) {
  return mark.flow_hash == static_cast<std::uint32_t>(hash);
}

/// Whether a frame is of the connection that its metadata name, as one that is on its way from that
/// side.
bool is_of_connection(const Burst& burst, const StageContext& context, std::size_t i, Side from) {
  const Headers& headers = burst.headers(i);
  if (headers.kind != Kind::tcp || headers.fault) return false;
  const FlowKey key = key_of(headers, from);
  return names_connection(burst.marks->mark[i], key.hash(context.state.flow_key));
}

/// Counts SYNs that the card has answered as software counts those that it answers.
void meter_answered(StageContext& context, const Address& server, std::uint64_t syns,
                    std::uint64_t bytes) {
  context.count(Counter::card_syn_answered, syns);
  const std::uint32_t object = context.policy.destinations().find(server);
  if (object == Burst::no_object) return;
  ObjectMeters& meters = context.state.meters[context.policy.object_slot(object)];
  add(meters.syn_received, syns);
  add(meters.syn_ack_sent, syns);
  for (const TrafficClass c : {TrafficClass::total, TrafficClass::tcp}) {
    add(meters.of(c).packets, syns);
    add(meters.of(c).bytes, bytes);
  }
}

/// Sends an answer of the card's back for it. It has the addresses of a packet from inside.
void send_syn_ack(Burst& burst, StageContext& context, std::size_t i) {
  if (!is_of_connection(burst, context, i, Side::inside)) {
    return burst.drop(i, DropReason::metadata_invalid);
  }
  context.count(Counter::card_syn_ack_sent);
  meter_answered(context, burst.source(i), 1, burst.frames[i].length);
  burst.reply(i);
}

/// Takes in what the card says about SYNs that it has answered; the one with which it says so has
/// done its work then.
void take_report(Burst& burst, StageContext& context, std::size_t i) {
  if (!is_of_connection(burst, context, i, Side::outside)) {
    return burst.drop(i, DropReason::metadata_invalid);
  }
  const std::uint64_t syns = burst.marks->mark[i].syns;
  meter_answered(context, burst.destination(i), syns, syns * burst.frames[i].length);
  burst.reported |= std::uint64_t{1} << i;
  burst.drop(i, DropReason::syn_reported);
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
  for_each_packet(marks.syn_acks, [&](std::size_t i) { send_syn_ack(burst, context, i); });
  for_each_packet(marks.reports, [&](std::size_t i) { take_report(burst, context, i); });
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
