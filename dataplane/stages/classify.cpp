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

void parse_all(Burst& burst, StageContext& context) {
  for (std::size_t i = 0; i < burst.frames.size(); ++i) {
    Headers& headers = burst.headers[i];
    parse(burst.frames[i], headers);
    if (headers.checksum_completed) context.count(Counter::checksum_completed);
    if (headers.addressed) {
      context.policy.destinations().prefetch(burst.from == Side::outside ? headers.destination
                                                                         : headers.source);
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

}  // namespace

void classify(Burst& burst, StageContext& context) {
  parse_all(burst, context);
  const PolicyTables& policy = context.policy;
  for (std::size_t i = 0; i < burst.frames.size(); ++i) {
    const Headers& headers = burst.headers[i];
    burst.object[i] = Burst::no_object;
    if (resolves_neighbours(burst.frames[i], headers)) {
      burst.forward(i);
      continue;
    }
    if (!headers.addressed) {
      decide_unaddressed(burst, i, policy.global());
      continue;
    }
    burst.object[i] = policy.destinations().find(burst.from == Side::outside ? headers.destination
                                                                             : headers.source);
    if (burst.object[i] == Burst::no_object) {
      // What servers send to the world from unprotected addresses is none of our business.
      const Action action =
          burst.from == Side::outside ? policy.global().unprotected : Action::pass;
      decide_by_action(burst, i, action, DropReason::unprotected);
    }
  }
}

}  // namespace sekimori
