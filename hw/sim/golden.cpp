#include "hw/sim/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <stdexcept>

#include "dataplane/stages/card.hpp"
#include "dataplane/stages/source_lists.hpp"
#include "dataplane/stages/syn_answer.hpp"
#include "dataplane/stages/syn_proxy.hpp"

namespace sekimori {
namespace {

constexpr std::uint32_t object_slots = 64;

PolicyTables tables_of(const PolicyContents& contents, ObjectSlots& slots) {
  auto image = PolicyImage::build(contents);
  if (!image) throw std::runtime_error(image.error());
  auto tables = PolicyTables::build(std::move(*image), slots);
  if (!tables) throw std::runtime_error(tables.error());
  return std::move(*tables);
}

CookieKeys& filled(CookieKeys& keys, const MasterSecret& secret, std::uint64_t unix_s) {
  keys.refresh(secret, unix_s);
  return keys;
}

std::uint8_t soundness(const Headers& headers) {
  if (headers.fault) {
    switch (*headers.fault) {
      case DropReason::ip_checksum:
      case DropReason::tcp_checksum:
      case DropReason::udp_checksum:
      case DropReason::icmp_checksum:
        return metadata::checksum_bad;
      default:
        return metadata::malformed;
    }
  }
  switch (headers.kind) {
    case Kind::tcp:
    case Kind::udp:
    case Kind::icmp:
      return metadata::checksum_good;
    default:
      return 0;
  }
}

void put_agreement(Mark& mark, const AgreedOptions& agreed, std::uint64_t slot) {
  const CardAgreement agreement{agreed, slot};
  mark[metadata::at_agreed] = agreement.agreed;
  mark[metadata::at_cookie_slot] = agreement.cookie_slot;
}

/// What a SYN-ACK of ours says was agreed on.
AgreedOptions agreed_in(Bytes syn_ack, const AgreedOptions& client) {
  const Headers h = parse({.data = syn_ack.data(),
                           .length = static_cast<std::uint32_t>(syn_ack.size()),
                           .capacity = static_cast<std::uint32_t>(syn_ack.size())});
  const bool scaled = h.options.window_scale != no_window_scale;
  return {.mss_index = static_cast<std::uint8_t>(h.sequence >> 28 & 3),
          .client_scale = scaled ? client.client_scale : no_window_scale,
          .sack = h.options.sack_permitted(),
          .timestamps = h.options.has_timestamps()};
}

}  // namespace

std::uint8_t parse_flags(const Headers& headers) {
  const std::uint8_t unparsed = headers.kind == Kind::unparsed ? metadata::unparsed : 0;
  return static_cast<std::uint8_t>(soundness(headers) | unparsed);
}

void Outcome::begin_mark() {
  const std::array head{static_cast<std::uint8_t>(metadata::ethertype >> 8),
                        static_cast<std::uint8_t>(metadata::ethertype & 0xff), metadata::version};
  std::ranges::copy(head, mark.begin());
}

Bytes Outcome::marked() const {
  Bytes out(frame.size() + mark.size());
  const std::span<std::uint8_t> whole{out};
  std::ranges::copy(std::span{frame}.first(metadata::offset), whole.begin());
  std::ranges::copy(mark, whole.subspan(metadata::offset).begin());
  std::ranges::copy(std::span{frame}.subspan(metadata::offset),
                    whole.subspan(metadata::offset + metadata::bytes).begin());
  return out;
}

Golden::Golden(const PolicyContents& contents, const MasterSecret& secret, std::uint64_t unix_ms)
    : secret_(secret),
      slots_(object_slots),
      policy_(tables_of(contents, slots_)),
      meters_(object_slots),
      state_(policy_.global(), 1, secret_, filled(keys_, secret_, unix_ms / 1000), stats_, meters_,
             *evidence_),
      now_{.monotonic_ns = unix_ms * ns_per_ms, .unix_ns = unix_ms * ns_per_ms} {}

LearnedServer Golden::learn(const Address& server, std::uint16_t port, std::uint8_t window_scale,
                            std::uint64_t slot) {
  const std::uint32_t object = policy_.destinations().find(server);
  const BackendProfile assumed = assumed_profile(policy_.object(object), server.family());
  TcpOptions syn_ack;
  syn_ack.window_scale = window_scale;
  state_.backends.learn(server, port, slot, syn_ack, {.window_scale = true}, assumed);
  return {.server = server,
          .mss = assumed.mss,
          .sack = assumed.sack,
          .timestamps = assumed.timestamps,
          .window_scale = assumed.window_scale,
          .next_window_scale = window_scale,
          .next_slot = slot + 1};
}

void Golden::advance(std::uint64_t ms) {
  const std::uint64_t before = slot();
  now_.monotonic_ns += ms * ns_per_ms;
  now_.unix_ns += ms * ns_per_ms;
  if (slot() != before) throw std::logic_error("there are no keys for the next slot");
}

Outcome Golden::judge(const Bytes& frame) {
  Outcome outcome = judge_tcp(frame);
  outcome.begin_mark();
  const be32 ms{static_cast<std::uint32_t>(now_.unix_ms())};
  store(outcome.mark.data() + metadata::at_ingress_ms, ms);
  return outcome;
}

Outcome Golden::judge_tcp(const Bytes& frame) {
  Outcome outcome{.frame = frame};
  Frame view{.data = outcome.frame.data(),
             .length = static_cast<std::uint32_t>(frame.size()),
             .capacity = static_cast<std::uint32_t>(frame.size())};
  Decision decision;
  burst_->start(Side::outside, {&view, 1}, {&decision, 1});
  burst_->read();
  const Headers& headers = burst_->headers(0);
  std::uint8_t& flags = outcome.mark[metadata::at_flags];
  flags = parse_flags(headers);
  if (headers.kind != Kind::tcp || headers.fault) return outcome;

  const FlowKey key{.client = headers.source,
                    .server = headers.destination,
                    .client_port = headers.source_port,
                    .server_port = headers.destination_port};
  const std::uint64_t hash = key.hash(state_.flow_key);
  store(outcome.mark.data() + metadata::at_flow_hash, be32{static_cast<std::uint32_t>(hash)});

  const std::uint32_t index = policy_.destinations().find(headers.destination);
  if (index == Burst::no_object) return outcome;
  const ProtectedObject& object = policy_.protected_object(index);
  const ObjectRecord& record = object.record;
  if (record.source_list != 0 || record.service_count > OffloadProfile::max_services) {
    return outcome;
  }
  if (listed_action(policy_, object, headers.source)) return outcome;

  burst_->object[0] = index;
  burst_->flow_keys[0] = key;
  StageContext context{.state = state_, .policy = policy_, .now = now_};
  TcpPacket packet{.burst = *burst_,
                   .context = context,
                   .number = 0,
                   .key = key,
                   .hash = hash,
                   .flow = FlowTable::none};
  const SynMode mode = packet.mode();
  if (packet.is_syn() && mode == SynMode::proxy) {
    const AgreedOptions client{.client_scale = headers.options.window_scale};
    packet.answer();
    answer_syns(*burst_, context);
    EXPECT_EQ(decision.verdict, Verdict::reply);
    outcome.back = true;
    outcome.destination = key.server;
    outcome.frame.resize(view.length);
    flags |= metadata::syn_answered;
    put_agreement(outcome.mark, agreed_in(outcome.frame, client), slot());
  } else if ((mode == SynMode::proxy || mode == SynMode::reset) && !packet.is_syn() &&
             !packet.is_syn_ack() && !packet.is_rst()) {
    flags |= metadata::cookie_checked;
    if (const auto match = match_cookie(packet)) {
      flags |= metadata::cookie_valid;
      put_agreement(outcome.mark, match->agreed, match->slot);
    }
  }
  return outcome;
}

}  // namespace sekimori
