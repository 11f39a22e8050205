#include "dataplane/stages/classify.hpp"

#include <algorithm>
#include <bit>

#include "dataplane/stages/card.hpp"

namespace sekimori {
namespace {

void decide_by_action(Burst& burst, std::size_t i, Action action, DropReason reason) {
  if (action == Action::pass) {
    burst.forward(i);
  } else {
    burst.drop(i, reason);
  }
}

constexpr std::uint16_t dns_port = 53;

/// ARP and neighbour discovery keep the two sides on one link, so they pass whatever the policy
/// says. The hop limit shows that neighbour discovery comes from the link itself (RFC 4861,
/// section 11.2).
bool resolves_neighbours(const Frame& frame, const Headers& headers) {
  if (headers.ethertype == ethertype::arp) return true;
  if (headers.kind != Kind::icmp || headers.protocol != protocol::icmpv6) return false;
  if (headers.transport_offset >= headers.ip_end) return false;
  constexpr std::uint8_t router_solicitation = 133;
  constexpr std::uint8_t redirect = 137;
  const std::uint8_t type = frame.data[headers.transport_offset];
  const auto& ip = header_at<Ipv6Header>(frame.data + headers.ip_offset);
  return ip.hop_limit == 255 && type >= router_solicitation && type <= redirect;
}

/// The address that may be protected: where a packet from outside goes, where one from inside is
/// from.
Address near_end(const Burst& burst, std::size_t i) {
  return burst.from == Side::outside ? burst.destination(i) : burst.source(i);
}

bool addressed(const Burst& burst, std::size_t i) {
  return burst.is_plain(i) || burst.headers(i).addressed;
}

/// Parses all frames and sorts them. Returns those that are no plain TCP, which `decide` looks at
/// one by one.
std::uint64_t parse_all(Burst& burst, StageContext& context) {
  burst.read();
  const std::uint64_t others = burst.open & ~burst.plain;
  burst.classes[static_cast<std::size_t>(TrafficClass::tcp)] = burst.plain;
  for_each_packet(others, [&](std::size_t i) {
    const Headers& headers = burst.headers(i);
    const std::uint64_t bit = std::uint64_t{1} << i;
    burst.classes[static_cast<std::size_t>(traffic_class(headers.kind))] |= bit;
    const bool doubtful = headers.fault.has_value() || headers.kind == Kind::fragment ||
                          headers.kind == Kind::unparsed;
    burst.doubtful |= doubtful ? bit : 0;
    const bool asks_for_names =
        headers.kind == Kind::udp && headers.destination_port == dns_port && !headers.fault;
    burst.dns_queries |= asks_for_names ? bit : 0;
    if (headers.checksum_completed) context.count(Counter::checksum_completed);
  });
  return others;
}

void decide_unaddressed(Burst& burst, std::size_t i, const GlobalRecord& policy) {
  const Headers& headers = burst.headers(i);
  if (headers.fault) {
    burst.drop(i, *headers.fault);
  } else {
    decide_by_action(burst, i, policy.unknown_ethertype, DropReason::ethertype_refused);
  }
}

void decide_unprotected(Burst& burst, std::size_t i, const GlobalRecord& policy) {
  // What servers send to the world from unprotected addresses is none of our business.
  const Action action = burst.from == Side::outside ? policy.unprotected : Action::pass;
  decide_by_action(burst, i, action, DropReason::unprotected);
}

/// The packets whose address is another than that of the packet before them.
std::uint64_t address_changes(const Burst& burst) {
  const std::size_t count = burst.frames.size();
  if (burst.plain == first_packets(count)) {
    return burst.from == Side::outside ? destination_changes(burst.columns, count)
                                       : source_changes(burst.columns, count);
  }
  std::uint64_t changes = 0;
  Address before;
  bool before_addressed = false;
  for (std::size_t i = 0; i < count; ++i) {
    const Address address = near_end(burst, i);
    const bool has_address = addressed(burst, i);
    const bool same = i != 0 && address == before && has_address == before_addressed;
    changes |= std::uint64_t{!same} << i;
    before = address;
    before_addressed = has_address;
  }
  return changes;
}

/// Runs of neighbours with one address, which is looked up once.
struct AddressRuns {
  std::array<std::uint8_t, max_burst + 1> start;  ///< and behind the last, its end
  std::size_t count = 0;
};

AddressRuns address_runs(const Burst& burst) {
  AddressRuns runs;
  for_each_packet(address_changes(burst),
                  [&](std::size_t i) { runs.start[runs.count++] = static_cast<std::uint8_t>(i); });
  runs.start[runs.count] = static_cast<std::uint8_t>(burst.frames.size());
  return runs;
}

/// Looks the object of a run up, for all of its packets. The lookup has started at `start`.
void find_object(Burst& burst, const PolicyTables& policy, std::size_t begin, std::size_t end,
                 std::size_t start) {
  const std::uint32_t object = addressed(burst, begin)
                                   ? policy.destinations().find(near_end(burst, begin), start)
                                   : Burst::no_object;
  for (std::size_t i = begin; i < end; ++i) burst.object[i] = object;
  const bool changes = begin != 0 && object != burst.object[begin - 1];
  burst.object_changes |= std::uint64_t{changes} << begin;
}

/// Finds each packet's object. Where there are several, what each step touches is fetched some
/// steps before, and no more at a time than the CPU can wait for: what is beyond that it forgets.
void find_objects(Burst& burst, const StageContext& context) {
  constexpr std::size_t ahead = 12;
  const PolicyTables& policy = context.policy;
  const AddressRuns runs = address_runs(burst);
  std::array<std::size_t, max_burst> starts;
  const auto start = [&](std::size_t run) {
    starts[run] = policy.destinations().start(near_end(burst, runs.start[run]));
  };
  const auto find = [&](std::size_t run) {
    find_object(burst, policy, runs.start[run], runs.start[run + 1], starts[run]);
    return burst.object[runs.start[run]];
  };
  if (runs.count == 1) {
    start(0);
    find(0);
    return;
  }
  for (std::size_t step = 0; step < runs.count + 2 * ahead; ++step) {
    if (step < runs.count) start(step);
    if (const std::size_t run = step - ahead; run < runs.count) {
      const std::uint32_t object = find(run);
      if (object != Burst::no_object) __builtin_prefetch(&policy.protected_object(object));
    }
    if (const std::size_t run = step - 2 * ahead; run < runs.count) {
      const std::uint32_t object = burst.object[runs.start[run]];
      if (object == Burst::no_object) continue;
      __builtin_prefetch(&context.state.meters[policy.object_slot(object)], 1);
    }
  }
}

/// The packets that belong to no object.
std::uint64_t unprotected(const Burst& burst) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < burst.frames.size(); ++i) {
    result |= std::uint64_t{burst.object[i] == Burst::no_object} << i;
  }
  return result;
}

/// Sorts the segments that plain columns hold.
void sort_plain(Burst& burst, std::uint64_t segments) {
  using namespace tcp_flag;
  const std::size_t count = burst.frames.size();
  burst.syns = segments & with_flags(burst.columns, count, syn | ack, syn);
  // A flood is of one kind, so the next kind is looked for only when there is something left.
  if (segments == burst.syns) return;
  burst.requests = segments & with_flags(burst.columns, count, syn | rst, 0);
  burst.finishes = segments & with_flags(burst.columns, count, fin, fin);
  if (segments == (burst.syns | burst.requests)) return;
  burst.resets = segments & with_flags(burst.columns, count, rst, rst);
}

/// Sorts what comes from outside to objects by what it asks for.
void sort_requests(Burst& burst) {
  const std::uint64_t segments = burst.metered & burst.of_class(TrafficClass::tcp);
  burst.dns_queries &= burst.metered;
  if ((segments & burst.plain) != 0) sort_plain(burst, segments & burst.plain);
  for_each_packet(segments & ~burst.plain, [&](std::size_t i) {
    using namespace tcp_flag;
    const Headers& headers = burst.headers(i);
    if (headers.fault) return;
    const std::uint8_t flags = headers.tcp_flags;
    burst.syns |= std::uint64_t{(flags & (syn | ack)) == syn} << i;
    burst.requests |= std::uint64_t{(flags & (syn | rst)) == 0} << i;
    burst.resets |= std::uint64_t{(flags & rst) != 0} << i;
    burst.finishes |= std::uint64_t{(flags & fin) != 0} << i;
  });
}

}  // namespace

void classify(Burst& burst, StageContext& context) {
  const std::uint64_t others = parse_all(burst, context);
  if (burst.marks != nullptr) follow_marks(burst, context);
  find_objects(burst, context);
  const GlobalRecord& global = context.policy.global();
  const std::uint64_t objectless = unprotected(burst);
  for_each_packet(burst.open & (others | objectless), [&](std::size_t i) {
    const Headers& headers = burst.headers(i);
    if (resolves_neighbours(burst.frames[i], headers)) {
      burst.forward(i);
    } else if (!headers.addressed) {
      decide_unaddressed(burst, i, global);
    } else if (burst.object[i] == Burst::no_object) {
      decide_unprotected(burst, i, global);
    }
  });
  burst.reported &= ~objectless;
  burst.metered = burst.open;
  if (burst.from == Side::inside) return;
  sort_requests(burst);
  context.count(Counter::syn_received, size_of(burst.syns));
}

}  // namespace sekimori
