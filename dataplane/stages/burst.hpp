#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "common/clock.hpp"
#include "dataplane/packet/card_marks.hpp"
#include "dataplane/packet/frame.hpp"
#include "dataplane/packet/packet_set.hpp"
#include "dataplane/packet/parse.hpp"
#include "dataplane/packet/plain_syn_ack.hpp"
#include "dataplane/packet/plain_tcp.hpp"
#include "dataplane/packet/siphash_burst.hpp"
#include "dataplane/state/plain_messages.hpp"
#include "dataplane/state/policy_tables.hpp"
#include "dataplane/state/worker_state.hpp"

namespace sekimori {

/// The class that a packet is metered and limited as.
[[nodiscard]] constexpr TrafficClass traffic_class(Kind kind) {
  switch (kind) {
    case Kind::tcp:
      return TrafficClass::tcp;
    case Kind::udp:
      return TrafficClass::udp;
    case Kind::icmp:
      return TrafficClass::icmp;
    case Kind::fragment:
      return TrafficClass::fragment;
    case Kind::not_ip:
    case Kind::unparsed:
    case Kind::other:
      break;
  }
  return TrafficClass::other;
}

/// The connection of a segment from that side.
[[nodiscard]] inline FlowKey key_of(const Headers& h, Side from) {
  const FlowKey key{.client = h.source,
                    .server = h.destination,
                    .client_port = h.source_port,
                    .server_port = h.destination_port};
  return from == Side::outside ? key : key.reversed();
}

/// What its connection has to do with of a TCP segment.
struct TcpSegment {
  std::uint8_t* start;  ///< of the TCP header, in the frame
  const TcpOptions& options;
  std::uint32_t sequence;
  std::uint32_t acknowledgement;
  std::uint8_t flags;

  [[nodiscard]] bool has(std::uint8_t wanted) const { return (flags & wanted) == wanted; }
};

/// A burst on its way through the stages. A packet is open until a stage decides on it; what is
/// still open after the last stage is forwarded.
struct Burst {
  static constexpr std::uint32_t no_object = PrefixMap::none;

  Side from = Side::outside;
  std::span<Frame> frames;
  std::span<Decision> decisions;
  const CardMarks* marks = nullptr;  ///< what a card says, where the port has one in front of it
  std::uint64_t open = 0;
  std::uint64_t plain = 0;  ///< taken apart in `columns`
  PlainTcp columns;
  std::array<std::uint32_t, max_burst> object;  ///< index into the policy, or `no_object`
  std::array<FlowKey, max_burst> flow_keys;     ///< of TCP segments that `handle_tcp` judges alone
  PacketMessages flow_messages;                 ///< with the hashes of all TCP segments' keys
  std::array<std::uint32_t, max_burst> candidates;  ///< connections that they may belong to
  /// What `classify` has found: the packets of each class, those that a rule of the protocol or of
  /// the object may refuse, and those whose object is another than the packet's before.
  std::array<std::uint64_t, traffic_class_count> classes{};
  std::uint64_t doubtful = 0;
  std::uint64_t object_changes = 0;
  std::uint64_t metered = 0;  ///< those of an object, but for what a link needs to work
  std::uint64_t trusted = 0;  ///< the source is on an allow list
  /// What `classify` has found from outside among the well-formed packets of objects: TCP segments
  /// with SYN without ACK, with neither SYN nor RST (so that they may bring a cookie), with RST,
  /// and with FIN; and UDP to port 53.
  std::uint64_t syns = 0;
  std::uint64_t requests = 0;
  std::uint64_t resets = 0;
  std::uint64_t finishes = 0;
  std::uint64_t dns_queries = 0;
  std::uint64_t to_answer = 0;  ///< SYNs that get a SYN-ACK
  std::uint64_t prepared = 0;   ///< those whose answers have been worked out
  std::uint64_t answered = 0;   ///< those that were admitted
  /// Acknowledgements whose cookies have been checked, and those whose cookies are right.
  std::uint64_t cookies_checked = 0;
  std::uint64_t cookies_right = 0;
  std::uint64_t reported = 0;        ///< SYNs that a card has answered, each for several more
  std::uint64_t proved = 0;          ///< segments that only their source can have sent
  std::uint64_t sampled = 0;         ///< the one that is a sample, if there is one
  bool connections_entered = false;  ///< since their flows were fetched
  std::array<std::uint64_t, verdict_count> decided{};  ///< by verdict

  // What a stage works with, here so that nothing is cleared for each burst.
  PacketMessages messages;
  PacketMessages source_messages;
  SynAcks answers;
  std::array<CookieOptions, max_burst> cookie_options;
  PlainTcp::Column message_bits;  ///< of the cookie options
  PlainTcp::Column cookie_bits;   ///< of the cookie options
  PlainTcp::Column profile_hashes;

  /// Takes up to `max_burst` frames, all open.
  void start(Side side, std::span<Frame> burst_frames, std::span<Decision> burst_decisions) {
    from = side;
    frames = burst_frames;
    decisions = burst_decisions;
    marks = nullptr;
    for (std::size_t i = 0; i < frames.size(); ++i) lengths_[i] = frames[i].length;
    open = first_packets(frames.size());
    plain = 0;
    unread_ = 0;
    classes = {};
    doubtful = 0;
    object_changes = 1;
    metered = 0;
    trusted = 0;
    syns = 0;
    requests = 0;
    resets = 0;
    finishes = 0;
    dns_queries = 0;
    to_answer = 0;
    prepared = 0;
    answered = 0;
    cookies_checked = 0;
    cookies_right = 0;
    reported = 0;
    proved = 0;
    sampled = 0;
    connections_entered = false;
    decided = {};
  }

  [[nodiscard]] std::uint64_t of_class(TrafficClass c) const {
    return classes[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] std::uint64_t with_verdict(Verdict verdict) const {
    return decided[static_cast<std::size_t>(verdict)];
  }

  /// The headers of a packet. Of a plain one they are put together when somebody asks first.
  [[nodiscard]] const Headers& headers(std::size_t i) const {
    if ((unread_ >> i & 1) != 0) {
      headers_[i] = headers_of(columns, i);
      unread_ &= ~(std::uint64_t{1} << i);
    }
    return headers_[i];
  }
  // Parts of them without the rest.

  [[nodiscard]] const TcpOptions& options(std::size_t i) const {
    return is_plain(i) ? columns.options(i) : headers_[i].options;
  }
  [[nodiscard]] TcpSegment segment(std::size_t i) const {
    if (is_plain(i)) {
      return {.start = frames[i].data + columns.tcp_offset(i),
              .options = columns.options(i),
              .sequence = columns.sequence(i),
              .acknowledgement = columns.acknowledgement(i),
              .flags = columns.flags(i)};
    }
    const Headers& h = headers_[i];
    return {.start = frames[i].data + h.transport_offset,
            .options = h.options,
            .sequence = h.sequence,
            .acknowledgement = h.acknowledgement,
            .flags = h.tcp_flags};
  }
  [[nodiscard]] Family family(std::size_t i) const {
    if (is_plain(i)) return columns.is_ipv6(i) ? Family::ipv6 : Family::ipv4;
    return headers_[i].source.family();
  }
  [[nodiscard]] Address source(std::size_t i) const {
    return is_plain(i) ? columns.source(i) : headers_[i].source;
  }
  [[nodiscard]] Address destination(std::size_t i) const {
    return is_plain(i) ? columns.destination(i) : headers_[i].destination;
  }
  [[nodiscard]] std::uint16_t destination_port(std::size_t i) const {
    return is_plain(i) ? columns.destination_port(i) : headers_[i].destination_port;
  }
  [[nodiscard]] FlowKey flow_key(std::size_t i) const {
    return is_plain(i) ? key_of(columns, i, from) : key_of(headers_[i], from);
  }
  [[nodiscard]] bool is_plain(std::size_t i) const { return (plain >> i & 1) != 0; }

  /// Takes all frames apart and parses those that are not plain.
  void read() {
    plain = unread_ = take_plain(frames, columns);
    for_each_packet(open & ~plain, [this](std::size_t i) { parse(frames[i], headers_[i]); });
  }

  /// The bytes of frames as they came, which may since have become others.
  [[nodiscard]] std::uint64_t bytes_of(std::uint64_t set) const {
    std::uint64_t bytes = 0;
    for_each_packet(set, [&](std::size_t i) { bytes += lengths_[i]; });
    return bytes;
  }

  [[nodiscard]] bool is_open(std::size_t i) const { return (open >> i & 1) != 0; }
  [[nodiscard]] bool is_trusted(std::size_t i) const { return (trusted >> i & 1) != 0; }

  void drop(std::size_t i, DropReason reason) { decide(i, Verdict::drop, reason); }
  void reply(std::size_t i) { decide(i, Verdict::reply, {}); }
  void hold(std::size_t i) { decide(i, Verdict::hold, {}); }
  void forward(std::size_t i) { decide(i, Verdict::forward, {}); }

  /// Calls `visit` with the object of every run of neighbouring packets in `set` to one object, and
  /// with the run. An attack comes in long runs, so what is counted for an object is added up
  /// first.
  template <typename Visitor>
  void for_each_run(std::uint64_t set, Visitor&& visit) const {
    while (set != 0) {
      const auto first = static_cast<std::size_t>(std::countr_zero(set));
      const std::uint64_t later = object_changes & ~first_packets(first + 1);
      const std::uint64_t run = set & ((later & -later) - 1);
      if (object[first] != no_object) visit(object[first], run);
      set &= ~run;
    }
  }

  // Decisions on whole sets.

  void forward_all(std::uint64_t set) { decide_all(set, Verdict::forward); }
  void reply_all(std::uint64_t set) { decide_all(set, Verdict::reply); }
  void drop_all(std::uint64_t set, DropReason reason) { decide_all(set, Verdict::drop, reason); }

 private:
  void decide_all(std::uint64_t set, Verdict verdict, DropReason reason = {}) {
    for_each_packet(set,
                    [&](std::size_t i) { decisions[i] = {.verdict = verdict, .reason = reason}; });
    decided[static_cast<std::size_t>(verdict)] |= set;
    open &= ~set;
  }
  void decide(std::size_t i, Verdict verdict, DropReason reason) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    decisions[i] = {.verdict = verdict, .reason = reason};
    decided[static_cast<std::size_t>(verdict)] |= bit;
    open &= ~bit;
  }

  std::array<std::uint32_t, max_burst> lengths_;  ///< of the frames as they came
  mutable std::array<Headers, max_burst> headers_;
  mutable std::uint64_t unread_ = 0;  ///< plain frames whose headers nobody has asked for
};

/// What the stages work with besides the burst.
struct StageContext {
  WorkerState& state;
  const PolicyTables& policy;
  const Now& now;

  [[nodiscard]] std::uint32_t now_ms() const {
    return static_cast<std::uint32_t>(now.monotonic_ms());
  }
  [[nodiscard]] std::uint64_t slot() const { return cookie_slot(now.unix_s()); }
  void count(Counter c, std::uint64_t amount = 1) const { state.stats.count(c, amount); }
};

}  // namespace sekimori
