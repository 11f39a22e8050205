#include "dataplane/stages/syn_answer.hpp"

#include <bit>
#include <optional>

#include "dataplane/state/plain_messages.hpp"

namespace sekimori {
namespace {

/// What a sender takes as the peer's MSS when the SYN has no such option (RFC 9293, section 3.7.1).
constexpr std::uint16_t default_mss_ipv4 = 536;
constexpr std::uint16_t default_mss_ipv6 = 1220;

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

// Answers to SYNs. What neighbouring SYNs ask for is nearly always the same, so it is worked out
// for the first of them only: a request is a run of SYNs that differ in their numbers alone.

/// Whether two packets that are not plain go to one server with the same options.
bool ask_alike(const Headers& a, const Headers& b) {
  return a.destination_port == b.destination_port && a.destination == b.destination &&
         a.options.offer() == b.options.offer();
}

/// The SYNs with which a request begins.
std::uint64_t find_requests(const Burst& burst) {
  const std::uint64_t set = burst.to_answer;
  const std::uint64_t plain = set & burst.plain;
  const std::uint64_t other = set & ~burst.plain;
  std::uint64_t continued = 0;
  if (plain != 0) {
    continued = same_as_before(burst.columns, burst.frames.size()) & plain & plain << 1;
  }
  for_each_packet(other & other << 1, [&](std::size_t i) {
    const bool alike = ask_alike(burst.headers(i), burst.headers(i - 1));
    continued |= std::uint64_t{alike} << i;
  });
  return set & ~(continued & ~burst.object_changes);
}

void fetch_profiles(Burst& burst, const StageContext& context, std::uint64_t requests) {
  const BackendTable& backends = context.state.backends;
  if (backends.empty()) return;
  for_each_packet(requests, [&](std::size_t i) {
    const Headers& syn = burst.headers(i);
    burst.profile_hashes[i] = backends.hash(syn.destination, syn.destination_port);
    backends.prefetch(burst.profile_hashes[i]);
  });
}

BackendProfile profile_to_offer(const Burst& burst, const StageContext& context, std::size_t i) {
  const BackendTable& backends = context.state.backends;
  const BackendProfile assumed =
      assumed_profile(context.policy.object(burst.object[i]), burst.family(i));
  if (backends.empty()) return assumed;
  const Headers& syn = burst.headers(i);
  return backends.advertised(burst.profile_hashes[i], syn.destination, syn.destination_port,
                             context.slot(), assumed);
}

/// What an answer follows from, besides the numbers.
struct Request {
  BackendProfile server;
  std::uint64_t offer = 0;
  std::uint16_t window = 0;
  Family family = Family::ipv4;

  friend bool operator==(const Request&, const Request&) = default;
};

Request request_of(const Burst& burst, const StageContext& context, std::size_t i) {
  return {.server = profile_to_offer(burst, context, i),
          .offer = burst.is_plain(i) ? burst.columns.offers[i] : burst.options(i).offer(),
          .window = context.policy.object(burst.object[i]).syn_ack_window,
          .family = burst.family(i)};
}

/// Works out what all answers to a request have in common; element `i` is of a packet that makes
/// it.
void prepare_answer(Burst& burst, const StageContext& context, std::size_t i,
                    const Request& request) {
  const AgreedOptions agreed = agree(burst.options(i), request.server, request.family);
  const bool scaling = agreed.client_scale != no_window_scale;
  burst.answers.common[i] = {
      .window = request.window,
      .mss = request.server.mss,
      .window_scale = scaling ? request.server.window_scale : no_window_scale,
      .sack_permitted = agreed.sack,
      .timestamps = agreed.timestamps,
      .timestamp_value = cookie_timestamp(context.now.unix_ms(), timestamp_bits(agreed))};
  burst.cookie_options[i] = CookieOptions{context.slot(), agreed};
}

/// Gives the SYNs from `begin` to `end` the answer that was worked out for the first of them.
void give_answer(Burst& burst, std::size_t begin, std::size_t end) {
  burst.answers.set(begin, end, begin);
  for (std::size_t i = begin; i < end; ++i) {
    burst.message_bits[i] = burst.cookie_options[begin].message_bits;
    burst.cookie_bits[i] = burst.cookie_options[begin].cookie_bits;
  }
}

/// Works out what all SYNs ask for. Those to many servers often make one request all the same.
void prepare_requests(Burst& burst, const StageContext& context) {
  const std::uint64_t requests = find_requests(burst);
  fetch_profiles(burst, context, requests);
  std::optional<Request> latest;
  std::size_t begin = 0;
  for_each_packet(requests, [&](std::size_t i) {
    const Request request = request_of(burst, context, i);
    if (request == latest) return;
    if (latest) give_answer(burst, begin, i);
    prepare_answer(burst, context, i, request);
    latest = request;
    begin = i;
  });
  give_answer(burst, begin, burst.frames.size());
}

/// Hashes the sources of the SYNs and the messages of the cookies, and makes the cookies.
void hash_syns(Burst& burst, const StageContext& context) {
  const WorkerState& state = context.state;
  const std::size_t count = burst.frames.size();
  burst.messages.start(count);
  burst.source_messages.start(count);
  if (const std::uint64_t plain = burst.to_answer & burst.plain; plain != 0) {
    set_source_messages(burst.columns, plain, burst.source_messages);
    set_cookie_messages(burst.columns, plain, burst.message_bits,
                        context.slot() % 2 != 0 ? plain : 0, burst.messages);
  }
  const std::uint64_t others = burst.to_answer & ~burst.plain;
  for_each_packet(others, [&](std::size_t i) {
    const Headers& syn = burst.headers(i);
    burst.source_messages.set_ipv4(i, ReplyLimiter::message(syn.source));
    add_cookie_message(burst.messages, i, syn.source, syn.destination,
                       cookie_ports(syn.source_port, syn.destination_port),
                       burst.cookie_options[burst.answers.first[i]]);
  });
  state.hashing.table_hashes(state.replies.key(), burst.source_messages);
  for_each_packet(burst.to_answer,
                  [&](std::size_t i) { state.replies.prefetch(burst.source_messages.hash(i)); });
  hash_cookies(state.hashing, state.cookie_keys, context.slot(), burst.messages);
  if ((burst.to_answer & burst.plain) != 0) {
    make_cookies(burst.columns, count, burst.messages.hashes(), burst.cookie_bits,
                 burst.answers.sequence);
  }
  for_each_packet(others, [&](std::size_t i) {
    burst.answers.sequence[i] =
        cookie_of_hash(burst.messages.hash(i), burst.cookie_options[burst.answers.first[i]],
                       burst.headers(i).sequence);
  });
}

/// The SYNs whose sources may be sent another reply.
std::uint64_t admit_sources(const Burst& burst, StageContext& context) {
  const std::uint32_t limit = context.policy.global().reply_limit_pps;
  if (limit == 0) return burst.to_answer;
  ReplyLimiter& replies = context.state.replies;
  std::uint64_t admitted = 0;
  for_each_packet(burst.to_answer, [&](std::size_t i) {
    const bool admits =
        replies.admit(burst.source_messages.hash(i), context.now.monotonic_ns, limit);
    admitted |= std::uint64_t{admits} << i;
  });
  return admitted;
}

void write_answers(Burst& burst) {
  answer_plain(burst.frames, burst.columns, burst.answered & burst.plain, burst.answers);
  for_each_packet(burst.answered & ~burst.plain, [&](std::size_t i) {
    const Headers& syn = burst.headers(i);
    SynAck answer = burst.answers.common[burst.answers.first[i]];
    answer.sequence = static_cast<std::uint32_t>(burst.answers.sequence[i]);
    answer.acknowledgement = syn.sequence + 1;
    answer_in_place(burst.frames[i], syn, answer);
  });
}

}  // namespace

void prepare_answers(Burst& burst, StageContext& context) {
  if (burst.to_answer == burst.prepared) return;
  prepare_requests(burst, context);
  hash_syns(burst, context);
  burst.prepared = burst.to_answer;
}

void answer_syns(Burst& burst, StageContext& context) {
  if (burst.to_answer == 0) return;
  prepare_answers(burst, context);
  burst.answered = admit_sources(burst, context);
  write_answers(burst);
  burst.reply_all(burst.answered);
  burst.drop_all(burst.to_answer & ~burst.answered, DropReason::reply_limited);
  context.count(Counter::syn_ack_sent, size_of(burst.answered));
}

}  // namespace sekimori
