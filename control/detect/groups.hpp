#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/model/incident.hpp"
#include "control/model/policy.hpp"

namespace sekimori {

/// Objects that are judged together.
struct Group {
  Subject subject;
  std::string tenant;                  ///< empty if they belong to several or to none
  std::vector<std::uint32_t> members;  ///< indices of objects, ascending
  ThresholdPolicy threshold;           ///< the tenant's; 0: derived from the members'
};

/// Fewer objects are no group: what is spread over so few is seen at each.
inline constexpr std::size_t least_group_members = 4;

/// The /24 of IPv4 and /48 of IPv6 that hold addresses of enough objects, then the tenants with
/// enough objects or thresholds of their own. Both in a fixed order.
[[nodiscard]] std::vector<Group> groups_of(const Policy& policy);

}  // namespace sekimori
