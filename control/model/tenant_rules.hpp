#pragma once

#include "control/model/diagnostics.hpp"
#include "control/model/policy.hpp"

namespace sekimori {

/// Checks the rules about tenants and about when and how something is done: that the tenants of
/// objects are there and have names of their own, that no threshold passes the declared capacity,
/// and that contacts can be reached.
void check_tenant_rules(const Policy& policy, Diagnostics& diagnostics);

}  // namespace sekimori
