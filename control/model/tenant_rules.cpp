#include "control/model/tenant_rules.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>

#include "common/units.hpp"

namespace sekimori {
namespace {

using TenantsByName = std::unordered_map<std::string_view, const TenantPolicy*>;

/// Reports names that occur again.
TenantsByName tenants_by_name(std::span<const TenantPolicy> tenants, Diagnostics& diagnostics) {
  TenantsByName result;
  result.reserve(tenants.size());
  for (const TenantPolicy& tenant : tenants) {
    if (!tenant.name.readable) continue;
    const auto [first, is_new] = result.try_emplace(tenant.name.value, &tenant);
    if (is_new) continue;
    diagnostics.add({.place = tenant.name.place,
                     .key = "tenant.name",
                     .problem = in_quotes(tenant.name.value) +
                                " is also the name of the tenant in line " +
                                std::to_string(first->second->contacts.place.line),
                     .rule = "no two tenants share a name",
                     .suggestion = "write for example " + in_quotes(tenant.name.value + "-2")});
  }
  return result;
}

void check_tenants_exist(std::span<const ObjectPolicy> objects, const TenantsByName& tenants,
                         Diagnostics& diagnostics) {
  // Finding the nearest name costs a look at all of them.
  constexpr std::size_t max_suggestions = 20;
  std::size_t faults = 0;
  std::vector<std::string_view> names;
  for (const ObjectPolicy& object : objects) {
    const Placed<std::string>& wanted = object.tenant;
    if (!wanted.readable || wanted.value.empty() || tenants.contains(wanted.value)) continue;
    std::string_view meant;
    if (++faults <= max_suggestions) {
      if (names.empty()) {
        for (const auto& [name, tenant] : tenants) names.push_back(name);
        std::ranges::sort(names);
      }
      meant = nearest(wanted.value, names);
    }
    diagnostics.add({.place = wanted.place,
                     .key = "object.tenant",
                     .problem = in_quotes(wanted.value) + " is no tenant",
                     .rule = "the name of a [[tenant]]",
                     .suggestion = meant.empty() ? "add a [[tenant]] of that name"
                                                 : "did you mean " + in_quotes(meant) + "?"});
  }
}

std::string_view capacity_key(Vector vector) {
  switch (vector_texts[static_cast<std::size_t>(vector)].unit) {
    case Unit::bits_per_s:
      return "object.capacity.bits";
    case Unit::packets_per_s:
      return "object.capacity.packets";
    default:
      return "object.capacity.new_connections";
  }
}

void check_thresholds(const ObjectPolicy& object, Diagnostics& diagnostics) {
  for (const Vector vector : all_vectors()) {
    const std::uint64_t threshold = object.threshold[vector];
    const std::uint64_t bound = object.capacity.bound(vector);
    if (bound == 0 || threshold <= bound) continue;
    const Unit unit = vector_texts[static_cast<std::size_t>(vector)].unit;
    diagnostics.add({.place = object.threshold.places[vector],
                     .key = std::string{"object.threshold."}.append(name_of(vector)),
                     .problem = format_quantity(threshold, unit) + " is above " +
                                std::string{capacity_key(vector)} + ", which is " +
                                format_quantity(bound, unit),
                     .rule = "traffic that the servers cannot bear is not normal",
                     .suggestion = "the most is " + format_quantity(bound, unit)});
  }
}

/// Whoever is to get mail needs a way for it.
void check_reachable(const std::string& path, const ContactPolicy& contacts,
                     const NotifyPolicy& notify, Diagnostics& diagnostics) {
  const auto require = [&](const std::string& needed, std::string_view needed_key,
                           std::string_view example) {
    const std::string needed_path = "notify." + std::string{needed_key};
    if (contacts.mail.empty() || !needed.empty() || diagnostics.concern(needed_path)) return;
    diagnostics.add({.place = contacts.place,
                     .key = path + ".mail",
                     .problem = "cannot be used without " + needed_path,
                     .rule = "who is named gets notices",
                     .suggestion = "add to [notify] for example " + std::string{needed_key} +
                                   " = \"" + std::string{example} + '"'});
  };
  require(notify.smtp, "smtp", "smtp://mail.example.com:25");
  require(notify.mail_from, "mail_from", "sekimori@example.com");
}

}  // namespace

void check_tenant_rules(const Policy& policy, Diagnostics& diagnostics) {
  const TenantsByName tenants = tenants_by_name(policy.tenants, diagnostics);
  check_tenants_exist(policy.objects, tenants, diagnostics);
  for (const ObjectPolicy& object : policy.objects) check_thresholds(object, diagnostics);
  check_reachable("notify.operators", policy.notify.operators, policy.notify, diagnostics);
  for (const TenantPolicy& tenant : policy.tenants) {
    check_reachable("tenant", tenant.contacts, policy.notify, diagnostics);
  }
}

}  // namespace sekimori
