#pragma once

#include "control/model/diagnostics.hpp"
#include "control/model/policy.hpp"

namespace sekimori {

/// Checks the rules that hold between keys: names and prefixes that occur twice, services that
/// overlap, sources that are both allowed and blocked or that manage the site, tenants that are not
/// there, thresholds above capacities, an empty retransmission window, and the bounds of a policy
/// image.
void check_rules(const Policy& policy, Diagnostics& diagnostics);

}  // namespace sekimori
