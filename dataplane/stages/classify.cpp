#include "dataplane/stages/classify.hpp"

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
const Address& near_end(const Headers& headers, Side from) {
  return from == Side::outside ? headers.destination : headers.source;
}

void parse_all(Burst& burst, StageContext& context) {
  for (std::size_t i = 0; i < burst.frames.size(); ++i) {
    Headers& headers = burst.headers[i];
    parse(burst.frames[i], headers);
    if (headers.checksum_completed) context.count(Counter::checksum_completed);
    if (headers.addressed) {
      context.policy.destinations().prefetch(near_end(headers, burst.from));
    }
  }
}

void decide_unaddressed(Burst& burst, std::size_t i, const GlobalRecord& policy) {
  const Headers& headers = burst.headers[i];
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

}  // namespace

void classify(Burst& burst, StageContext& context) {
  parse_all(burst, context);
  const PolicyTables& policy = context.policy;
  // An attack comes in runs of packets to one address, which is looked up once.
  const Address* latest = nullptr;
  std::uint32_t latest_object = Burst::no_object;
  for (std::size_t i = 0; i < burst.frames.size(); ++i) {
    const Headers& headers = burst.headers[i];
    burst.object[i] = Burst::no_object;
    if (resolves_neighbours(burst.frames[i], headers)) {
      burst.forward(i);
    } else if (!headers.addressed) {
      decide_unaddressed(burst, i, policy.global());
    } else {
      const Address& address = near_end(headers, burst.from);
      if (latest == nullptr || *latest != address) {
        latest = &address;
        latest_object = policy.destinations().find(address);
      }
      burst.object[i] = latest_object;
      if (latest_object == Burst::no_object) decide_unprotected(burst, i, policy.global());
    }
  }
}

}  // namespace sekimori
