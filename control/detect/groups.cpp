#include "control/detect/groups.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace sekimori {
namespace {

constexpr std::uint8_t ipv4_group_length = ipv4_length_offset + 24;
constexpr std::uint8_t ipv6_group_length = 48;

std::optional<Prefix> group_prefix(const Prefix& prefix) {
  const std::uint8_t length = prefix.address.is_ipv4() ? ipv4_group_length : ipv6_group_length;
  if (prefix.length < length) return std::nullopt;
  return Prefix{.address = prefix.address.masked(length), .length = length};
}

std::string common_tenant(const Policy& policy, const std::vector<std::uint32_t>& members) {
  const std::string& first = policy.objects[members.front()].tenant.value;
  const bool same = std::ranges::all_of(
      members, [&](std::uint32_t m) { return policy.objects[m].tenant.value == first; });
  return same ? first : std::string{};
}

void add_prefixes(const Policy& policy, std::vector<Group>& groups) {
  std::map<Prefix, std::vector<std::uint32_t>> members_of;
  for (std::uint32_t i = 0; i < policy.objects.size(); ++i) {
    for (const PlacedPrefix& prefix : policy.objects[i].prefixes) {
      const auto group = group_prefix(prefix.value);
      if (!group) continue;
      std::vector<std::uint32_t>& members = members_of[*group];
      if (members.empty() || members.back() != i) members.push_back(i);
    }
  }
  for (auto& [prefix, members] : members_of) {
    if (members.size() < least_group_members) continue;
    Group& group = groups.emplace_back();
    group.subject.level = Level::prefix;
    group.subject.name = prefix.to_string();
    group.tenant = common_tenant(policy, members);
    group.members = std::move(members);
  }
}

void add_tenants(const Policy& policy, std::vector<Group>& groups) {
  std::map<std::string, std::vector<std::uint32_t>> members_of;
  for (std::uint32_t i = 0; i < policy.objects.size(); ++i) {
    const std::string& tenant = policy.objects[i].tenant.value;
    if (!tenant.empty()) members_of[tenant].push_back(i);
  }
  for (const TenantPolicy& tenant : policy.tenants) {
    const auto found = members_of.find(tenant.name.value);
    if (found == members_of.end()) continue;
    const bool own_threshold = tenant.threshold != ThresholdPolicy{};
    if (!own_threshold && found->second.size() < least_group_members) continue;
    Group& group = groups.emplace_back();
    group.subject.level = Level::tenant;
    group.subject.name = tenant.name.value;
    group.tenant = tenant.name.value;
    group.members = found->second;
    group.threshold = tenant.threshold;
  }
}

}  // namespace

std::vector<Group> groups_of(const Policy& policy) {
  std::vector<Group> groups;
  add_prefixes(policy, groups);
  add_tenants(policy, groups);
  return groups;
}

}  // namespace sekimori
