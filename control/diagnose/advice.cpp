#include <algorithm>
#include <string>

#include "control/diagnose/kinds.hpp"

namespace sekimori {
namespace {

using Advice = std::vector<std::string>;

Advice of_tcp_kinds(IncidentKind kind) {
  switch (kind) {
    case IncidentKind::syn_flood_spoofed:
      return {
          "The sources are forged: blocking them hits bystanders. See that the SYN mode is "
          "proxy for the ports under attack.",
          "If the line itself is full, ask the upstream provider to filter or to announce a "
          "blackhole for the address."};
    case IncidentKind::syn_flood_real:
      return {
          "The sources are real: see the actions for those that are blocked, and tell their "
          "networks' abuse contacts.",
          "If many users share an address (a carrier's NAT), put it into the object's list "
          "`allow` before it is blocked."};
    case IncidentKind::connection_flood:
      return {
          "The clients complete their handshakes: find out whether it is a rush of real users "
          "(a deadline, an announcement) before anything is blocked.",
          "If the service bears more than its policy says, declare a higher capacity; if not, "
          "set `new_connections`."};
    case IncidentKind::ack_flood:
    case IncidentKind::rst_flood:
    case IncidentKind::fin_flood:
      return {
          "Segments that belong to no connection are dropped in SYN mode proxy: see that the "
          "mode is on for all TCP ports.",
          "If the box itself loses packets, ask the upstream provider to filter."};
    default:
      return {};
  }
}

Advice of_other_floods(IncidentKind kind) {
  switch (kind) {
    case IncidentKind::udp_flood:
      return {
          "Set a limit for UDP if the service needs little of it, or ask the upstream provider "
          "to drop UDP to ports that are not offered."};
    case IncidentKind::amplification:
      return {
          "Ask the upstream provider to drop UDP from the amplifier's source port to this "
          "destination; the sources are misused servers and not the attacker.",
          "Set a limit for UDP and fragments unless the service itself needs that protocol."};
    case IncidentKind::icmp_flood:
      return {"Set a limit for ICMP; keep enough for path MTU discovery."};
    case IncidentKind::fragment_flood:
      return {
          "Set `fragments = \"drop\"` or a limit for fragments, unless the service needs them."};
    case IncidentKind::dns_query_flood:
      return {
          "See the name server's own statistics for the names that are asked for; limit the "
          "queries per client there.",
          "Set a limit for UDP that the name server bears."};
    case IncidentKind::carpet_bombing:
      return {
          "No single destination stands out: act for the whole prefix. Ask the upstream "
          "provider to filter by what the samples have in common, and not to blackhole.",
          "Tell all tenants of the prefix: each sees only a small part of it."};
    default:
      return {};
  }
}

Advice of_not_attacks(IncidentKind kind) {
  switch (kind) {
    case IncidentKind::link_down:
      return {"Look at the cable, the optics and the other end's port; nothing is filtered here.",
              "Until it is back, none of the objects can be reached through this box."};
    case IncidentKind::server_not_answering:
      return {
          "Look at the server and the path behind the inside port: requests reach it as usual, "
          "but nothing comes back.",
          "This box does not hold its answers back: they would be counted on the inside port."};
    case IncidentKind::policy_change:
      return {
          "The load is as usual: compare the policy with the version before (`sekictl policy "
          "diff`), and roll it back if the change was not meant."};
    default:
      return {};
  }
}

}  // namespace

std::vector<std::string> advice_for(const Incident& incident) {
  const IncidentKind kind = incident.diagnosis.kind;
  Advice advice;
  for (const ActionRecord& action : incident.actions) {
    if (action.state != ActionState::waiting) continue;
    advice.push_back("Decide on action " + std::to_string(action.id) + " (" + action.what +
                     "): approve or reject it.");
  }
  for (const Advice& lines : {of_tcp_kinds(kind), of_other_floods(kind), of_not_attacks(kind)}) {
    std::ranges::copy(lines, std::back_inserter(advice));
  }
  if (kind == IncidentKind::unknown) {
    advice.emplace_back(
        "No kind's criteria are all met: compare the table of criteria with the "
        "sample packets before you decide.");
  }
  return advice;
}

}  // namespace sekimori
