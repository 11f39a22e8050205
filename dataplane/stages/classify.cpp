#include "dataplane/stages/classify.hpp"

#include <algorithm>
#include <bit>

namespace sekimori {
namespace {

void decide_by_action(Burst& burst, std::size_t i, Action action, DropReason reason) {
  if (action == Action::pass) {
    burst.forward(i);
  } else {
    burst.drop(i, reason);
  }
}

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
  const bool outside = burst.from == Side::outside;
  if (burst.is_plain(i)) {
    const PlainTcp& plain = burst.columns;
    return Address::from_ipv4(
        std::bit_cast<be32>(outside ? plain.destination(i) : plain.source(i)));
  }
  const Headers& headers = burst.headers(i);
  return outside ? headers.destination : headers.source;
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
  Burst::for_each(others, [&](std::size_t i) {
    const Headers& headers = burst.headers(i);
    const std::uint64_t bit = std::uint64_t{1} << i;
    burst.classes[static_cast<std::size_t>(traffic_class(headers.kind))] |= bit;
    const bool doubtful = headers.fault.has_value() || headers.kind == Kind::fragment ||
                          headers.kind == Kind::unparsed;
    burst.doubtful |= doubtful ? bit : 0;
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
  if (burst.plain == Burst::first_bits(count)) {
    return burst.from == Side::outside ? destination_changes(burst.columns, count)
                                       : source_changes(burst.columns, count);
  }
  std::uint64_t changes = 1;
  for (std::size_t i = 1; i < count; ++i) {
    const bool same = near_end(burst, i) == near_end(burst, i - 1) &&
                      addressed(burst, i) == addressed(burst, i - 1);
    changes |= std::uint64_t{!same} << i;
  }
  return changes;
}

/// Finds each packet's object. An attack comes in runs of packets to one address, which is looked
/// up once; what the lookup of several will touch is on its way before. Returns the packets that
/// belong to no object.
std::uint64_t find_objects(Burst& burst, const PolicyTables& policy) {
  const std::uint64_t changes = address_changes(burst);
  const bool several = (changes & (changes - 1)) != 0;
  if (several) {
    Burst::for_each(changes,
                    [&](std::size_t i) { policy.destinations().prefetch(near_end(burst, i)); });
  }
  std::uint64_t unprotected = 0;
  for (std::uint64_t starts = changes; starts != 0;) {
    const auto start = static_cast<std::size_t>(std::countr_zero(starts));
    starts &= starts - 1;
    const std::size_t end =
        starts != 0 ? static_cast<std::size_t>(std::countr_zero(starts)) : burst.frames.size();
    const std::uint32_t object = addressed(burst, start)
                                     ? policy.destinations().find(near_end(burst, start))
                                     : Burst::no_object;
    if (object == Burst::no_object) {
      unprotected |= Burst::first_bits(end) & ~Burst::first_bits(start);
    } else if (several) {
      __builtin_prefetch(&policy.protected_object(object));
    }
    std::fill(burst.object.begin() + start, burst.object.begin() + end, object);
    const bool changes_object = start != 0 && object != burst.object[start - 1];
    burst.object_changes |= std::uint64_t{changes_object} << start;
  }
  return unprotected;
}

/// Starts to fetch the meters of all objects.
void fetch_meters(const Burst& burst, const StageContext& context) {
  if (burst.object_changes == 1) return;  // one object's meters are likely still at hand
  burst.for_each_run(burst.open, [&](std::uint32_t object, std::uint64_t /*run*/) {
    const auto* meters = reinterpret_cast<const std::byte*>(
        &context.state.meters[context.policy.object_slot(object)]);
    for (std::size_t line = 0; line < 2; ++line) __builtin_prefetch(meters + 64 * line, 1);
  });
}

}  // namespace

void classify(Burst& burst, StageContext& context) {
  const std::uint64_t others = parse_all(burst, context);
  const std::uint64_t unprotected = find_objects(burst, context.policy);
  fetch_meters(burst, context);
  const GlobalRecord& global = context.policy.global();
  Burst::for_each(others | unprotected, [&](std::size_t i) {
    const Headers& headers = burst.headers(i);
    if (resolves_neighbours(burst.frames[i], headers)) {
      burst.forward(i);
    } else if (!headers.addressed) {
      decide_unaddressed(burst, i, global);
    } else if (burst.object[i] == Burst::no_object) {
      decide_unprotected(burst, i, global);
    }
  });
}

}  // namespace sekimori
