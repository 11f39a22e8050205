// Answers, hashes and cookies of many plain packets at once are those of one packet at a time.

#include "dataplane/packet/plain_syn_ack.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <vector>

#include "dataplane/state/flow_table.hpp"
#include "dataplane/state/plain_messages.hpp"
#include "dataplane/state/reply_limiter.hpp"
#include "tests/property/random_bursts.hpp"

namespace sekimori {
namespace {

using test::below;
using test::Bytes;
using test::one_in;
using test::Random;
using test::RandomBurst;

SynAck random_answer(Random& random) {
  return {.window = static_cast<std::uint16_t>(random()),
          .mss = static_cast<std::uint16_t>(one_in(random, 4) ? 0 : random()),
          .window_scale =
              static_cast<std::uint8_t>(one_in(random, 4) ? no_window_scale : below(random, 15)),
          .sack_permitted = one_in(random, 2),
          .timestamps = one_in(random, 2),
          .ecn = one_in(random, 4),
          .timestamp_value = static_cast<std::uint32_t>(random())};
}

/// Runs of SYNs with one answer each but for the numbers, some the same as of a run before.
std::unique_ptr<SynAcks> random_answers(Random& random, std::size_t count) {
  auto answers = std::make_unique<SynAcks>();
  std::size_t from = 0;
  for (std::size_t begin = 0; begin < count;) {
    const std::size_t end = std::min(count, begin + 1 + below(random, 20));
    if (begin == 0 || !one_in(random, 3)) {
      answers->common[begin] = random_answer(random);
      from = begin;
    }
    answers->set(begin, end, from);
    begin = end;
  }
  for (std::uint64_t& sequence : answers->sequence) sequence = random() & 0xffffffffU;
  return answers;
}

/// A frame with all that its owner has reserved for it.
struct Whole {
  explicit Whole(const Frame& frame) : block(frame.data, frame.data + frame.capacity), copy(frame) {
    copy.data = block.data();
  }

  Bytes block;
  Frame copy;
};

RC_GTEST_PROP(AnswersAtOnce, AreThoseOfOneAtATime, (std::uint32_t seed)) {
  RandomBurst burst{*test::burst_seeds(), test::make_plain_syn};
  Random random{seed};
  const auto plain = std::make_unique<PlainTcp>();
  const std::uint64_t taken = take_plain(burst.frames(), *plain);
  RC_ASSERT(taken == burst.all());
  const std::uint64_t any = random() | std::uint64_t{random()} << 32;
  const std::uint64_t answered = one_in(random, 3) ? taken : taken & any;
  const auto answers = random_answers(random, burst.frames().size());

  std::vector<Whole> expected;
  for (std::size_t i = 0; i < burst.frames().size(); ++i) {
    expected.emplace_back(burst.frames()[i]);
    if ((answered >> i & 1) == 0) continue;
    Frame& frame = expected.back().copy;
    const Headers syn = parse(frame);
    SynAck answer = answers->common[answers->first[i]];
    answer.sequence = static_cast<std::uint32_t>(answers->sequence[i]);
    answer.acknowledgement = syn.sequence + 1;
    answer_in_place(frame, syn, answer);
    Frame verified = frame;
    verified.checksum = ChecksumHint::verify;
    RC_ASSERT(!parse(verified).fault);
  }
  answer_plain(burst.frames(), *plain, answered, *answers);
  for (std::size_t i = 0; i < burst.frames().size(); ++i) {
    const Frame& frame = burst.frames()[i];
    RC_ASSERT(frame.length == expected[i].copy.length);
    RC_ASSERT(Bytes(frame.data, frame.data + frame.capacity) == expected[i].block);
  }
}

/// A burst of plain segments, taken apart, with the headers of each.
struct TakenBurst {
  TakenBurst() {
    RC_ASSERT(take_plain(burst.frames(), *plain) == burst.all());
    for (const Frame& frame : burst.frames()) headers.push_back(parse(frame));
    messages->start(headers.size());
  }
  [[nodiscard]] std::size_t size() const { return headers.size(); }

  RandomBurst burst{*test::burst_seeds(), test::make_plain_tcp};
  std::unique_ptr<PlainTcp> plain = std::make_unique<PlainTcp>();
  std::vector<Headers> headers;
  std::unique_ptr<PacketMessages> messages = std::make_unique<PacketMessages>();
  SipHashBurst hashing;
};

RC_GTEST_PROP(MessagesAtOnce, FindTheFlowsOfEachPacket, (std::uint64_t k0, std::uint64_t k1)) {
  TakenBurst taken;
  const SipKey key{.k0 = k0, .k1 = k1};
  for (const Side from : {Side::outside, Side::inside}) {
    taken.messages->start(taken.size());
    set_flow_messages(*taken.plain, from, taken.burst.all(), *taken.messages);
    taken.hashing.table_hashes(key, *taken.messages);
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const Headers& h = taken.headers[i];
      FlowKey flow{h.source, h.destination, h.source_port, h.destination_port};
      if (from == Side::inside) {
        flow = {h.destination, h.source, h.destination_port, h.source_port};
      }
      RC_ASSERT(key_of(*taken.plain, i, from) == flow);
      RC_ASSERT(taken.messages->hash(i) == flow.hash(key));
    }
  }
}

RC_GTEST_PROP(MessagesAtOnce, CountTheSourceOfEachPacket, (std::uint64_t k0, std::uint64_t k1)) {
  TakenBurst taken;
  const SipKey key{.k0 = k0, .k1 = k1};
  set_source_messages(*taken.plain, taken.burst.all(), *taken.messages);
  taken.hashing.table_hashes(key, *taken.messages);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    RC_ASSERT(taken.messages->hash(i) ==
              (siphash<1, 3>(key, ReplyLimiter::message(taken.headers[i].source))));
  }
}

AgreedOptions random_agreed(Random& random) {
  const bool scaling = one_in(random, 2);
  return representable(
      {.mss_index = static_cast<std::uint8_t>(below(random, 4)),
       .client_scale = static_cast<std::uint8_t>(scaling ? below(random, 15) : no_window_scale),
       .sack = one_in(random, 2),
       .timestamps = one_in(random, 2)});
}

CookieTuple tuple_of(const Headers& h) {
  return {.source = h.source,
          .destination = h.destination,
          .source_port = h.source_port,
          .destination_port = h.destination_port};
}

/// The keys of a slot and its neighbours.
struct SlotKeys {
  explicit SlotKeys(std::uint64_t now) : slot(now) { keys.refresh(secret, now * cookie_slot_s); }

  MasterSecret secret = MasterSecret::from_seed(7);
  std::uint64_t slot;
  CookieKeys keys;
};

RC_GTEST_PROP(CookiesAtOnce, AreThoseOfOneAtATime, (std::uint32_t seed, std::uint16_t slot)) {
  TakenBurst taken;
  Random random{seed};
  const SlotKeys at{slot + std::uint64_t{1}};
  PlainTcp::Column message_bits{};
  PlainTcp::Column cookie_bits{};
  std::vector<AgreedOptions> agreed;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    agreed.push_back(random_agreed(random));
    const CookieOptions options{at.slot, agreed.back()};
    message_bits[i] = options.message_bits;
    cookie_bits[i] = options.cookie_bits;
  }
  set_cookie_messages(*taken.plain, taken.burst.all(), message_bits,
                      at.slot % 2 != 0 ? taken.burst.all() : 0, *taken.messages);
  hash_cookies(taken.hashing, at.keys, at.slot, *taken.messages);
  PlainTcp::Column cookies{};
  make_cookies(*taken.plain, taken.size(), taken.messages->hashes(), cookie_bits, cookies);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const Headers& syn = taken.headers[i];
    RC_ASSERT(cookies[i] ==
              make_cookie(at.keys.get(at.slot), tuple_of(syn), at.slot, agreed[i], syn.sequence));
  }
}

Address random_address(Random& random, bool ipv4) {
  if (ipv4) return Address::from_ipv4(be32{static_cast<std::uint32_t>(random())});
  std::array<std::uint8_t, 16> bytes{0x20, 0x01};
  for (std::size_t i = 2; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(random());
  return Address::from_ipv6(bytes.data());
}

/// What comes back to be checked: a number that may be a cookie.
struct Returned {
  explicit Returned(Random& random, const SlotKeys& at) {
    const bool ipv4 = one_in(random, 2);
    tuple = {.source = random_address(random, ipv4),
             .destination = random_address(random, ipv4),
             .source_port = static_cast<std::uint16_t>(random()),
             .destination_port = static_cast<std::uint16_t>(random())};
    const std::uint64_t made_in = at.slot - below(random, 2);
    const AgreedOptions agreed = random_agreed(random);
    client_isn = static_cast<std::uint32_t>(random());
    cookie = make_cookie(at.keys.get(made_in), tuple, made_in, agreed, client_isn);
    if (agreed.timestamps) echo = cookie_timestamp(random(), timestamp_bits(agreed));
    spoil(random);
  }

  void spoil(Random& random) {
    switch (below(random, 12)) {
      case 0:
        cookie ^= 1U << below(random, 32);
        break;
      case 1:
        ++client_isn;
        break;
      case 2:
        std::swap(tuple.source, tuple.destination);
        break;
      case 3:
        ++tuple.source_port;
        break;
      case 4:
        echo = echo ? std::nullopt : std::optional{static_cast<std::uint32_t>(random())};
        break;
      case 5:
        if (echo) *echo ^= 1U << below(random, 6);
        break;
      case 6:
        cookie = static_cast<std::uint32_t>(random());
        break;
      default:
        break;
    }
  }

  CookieTuple tuple;
  std::uint32_t client_isn = 0;
  std::uint32_t cookie = 0;
  std::optional<std::uint32_t> echo;
};

RC_GTEST_PROP(CookiesAtOnce, AreCheckedAsOneAtATime, (std::uint32_t seed, std::uint16_t slot)) {
  Random random{seed};
  const SlotKeys at{slot + std::uint64_t{1}};
  std::vector<Returned> all;
  for (std::uint32_t i = below(random, max_burst + 1); i > 0; --i) all.emplace_back(random, at);
  const auto messages = std::make_unique<PacketMessages>();
  messages->start(all.size());
  std::vector<std::optional<CookieMatch>> read;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Returned& r = all[i];
    read.push_back(read_cookie(at.slot, r.cookie, r.echo));
    if (!read[i]) continue;
    add_cookie_message(*messages, i, r.tuple.source, r.tuple.destination,
                       cookie_ports(r.tuple.source_port, r.tuple.destination_port),
                       CookieOptions{read[i]->slot, read[i]->agreed});
  }
  hash_cookies(SipHashBurst{}, at.keys, at.slot, *messages);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Returned& r = all[i];
    const bool right = read[i] && cookie_has_hash(messages->hash(i), r.cookie, r.client_isn);
    const auto match = check_cookie(at.keys, r.tuple, at.slot, r.cookie, r.client_isn, r.echo);
    RC_ASSERT(right == match.has_value());
    if (!right) continue;
    RC_ASSERT(match->slot == read[i]->slot);
    RC_ASSERT(match->agreed == read[i]->agreed);
    const CookieOptions options{match->slot, match->agreed};
    RC_ASSERT(cookie_of_hash(messages->hash(i), options, r.client_isn) == r.cookie);
  }
}

}  // namespace
}  // namespace sekimori
