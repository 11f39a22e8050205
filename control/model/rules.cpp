#include "control/model/rules.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>

#include "common/units.hpp"
#include "control/model/tenant_rules.hpp"

namespace sekimori {
namespace {

/// Each is compared with every source that is blocked.
constexpr std::size_t max_management_prefixes = 64;

std::string at_line(Place place) {
  return "line " + std::to_string(place.line);
}

void check_retransmit_window(const AuthenticationPolicy& authentication, Diagnostics& diagnostics) {
  const auto& least = authentication.retransmit_min_ms;
  const auto& most = authentication.retransmit_max_ms;
  if (!least.readable || !most.readable || least.value <= most.value) return;
  diagnostics.add({.place = std::max(least.place, most.place),
                   .key = "authentication.retransmit_min",
                   .problem = format_quantity(least.value, Unit::milliseconds) +
                              " is above retransmit_max, which is " +
                              format_quantity(most.value, Unit::milliseconds),
                   .rule = "no SYN could fall into the window",
                   .suggestion = "exchange the two"});
}

/// A source may be managed from and yet stand in a list of those to be blocked only where a longer
/// prefix of the same lists allows it.
void check_management(const std::string& path, const std::vector<PlacedPrefix>& management,
                      const std::vector<PlacedPrefix>& allow,
                      const std::vector<PlacedPrefix>& block, Diagnostics& diagnostics) {
  const auto covers = [](const Prefix& outer, const Prefix& inner) {
    return outer.length <= inner.length && outer.contains(inner.address);
  };
  for (const PlacedPrefix& managed : management) {
    for (const PlacedPrefix& blocked : block) {
      const bool wider = covers(blocked.value, managed.value);
      if (!wider && !covers(managed.value, blocked.value)) continue;
      const bool excepted = wider && std::ranges::any_of(allow, [&](const PlacedPrefix& allowed) {
                              return allowed.value.length > blocked.value.length &&
                                     covers(allowed.value, managed.value);
                            });
      if (excepted) continue;
      diagnostics.add({.place = blocked.place,
                       .key = path + ".block",
                       .problem = blocked.value.to_string() + " reaches " +
                                  managed.value.to_string() + " of box.management, in " +
                                  at_line(managed.place),
                       .rule = "the sources that manage the site are never blocked",
                       .suggestion = wider ? "add " + managed.value.to_string() + " to " + path +
                                                 ".allow, where the longest prefix wins"
                                           : "remove it"});
    }
  }
}

/// Indices into `objects`, in the order of a projection and then of the file.
template <typename Projection>
std::vector<std::size_t> sorted_indices(std::span<const ObjectPolicy> objects,
                                        Projection projection) {
  std::vector<std::size_t> order(objects.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return projection(objects[i]); });
  return order;
}

void check_names(std::span<const ObjectPolicy> objects, Diagnostics& diagnostics) {
  const auto name = [](const ObjectPolicy& o) -> std::string_view { return o.name.value; };
  const ObjectPolicy* first = nullptr;
  for (const std::size_t i : sorted_indices(objects, name)) {
    const ObjectPolicy& object = objects[i];
    if (!object.name.readable) continue;
    if (first == nullptr || first->name.value != object.name.value) {
      first = &object;
      continue;
    }
    diagnostics.add({.place = object.name.place,
                     .key = "object.name",
                     .problem = in_quotes(object.name.value) +
                                " is also the name of the object in " + at_line(first->place),
                     .rule = "no two objects share a name",
                     .suggestion = "write for example " + in_quotes(object.name.value + "-2")});
  }
}

std::string named(const ObjectPolicy& object) {
  return "the object " + (object.name.readable ? in_quotes(object.name.value) + " in " : "in ") +
         at_line(object.place);
}

void check_prefixes(std::span<const ObjectPolicy> objects, Diagnostics& diagnostics) {
  struct Use {
    Prefix prefix;
    Place place;
    const ObjectPolicy* object;
  };
  std::vector<Use> uses;
  for (const ObjectPolicy& object : objects) {
    for (const PlacedPrefix& p : object.prefixes) uses.push_back({p.value, p.place, &object});
  }
  std::ranges::sort(uses, {}, [](const Use& u) { return std::tie(u.prefix, u.place); });
  const Use* first = nullptr;
  for (const Use& use : uses) {
    if (first == nullptr || first->prefix != use.prefix) {
      first = &use;
      continue;
    }
    const bool same_object = first->object == use.object;
    diagnostics.add({.place = use.place,
                     .key = "object.prefixes",
                     .problem = use.prefix.to_string() +
                                (same_object ? " stands here twice"
                                             : " also belongs to " + named(*first->object)),
                     .rule = "a prefix belongs to one object, once",
                     .suggestion = same_object ? "remove one of them"
                                               : "remove one of them, or make one longer: the "
                                                 "longest prefix wins"});
  }
}

void check_sources(const std::string& path, const std::vector<PlacedPrefix>& allow,
                   const std::vector<PlacedPrefix>& block, Diagnostics& diagnostics) {
  if (allow.empty() || block.empty()) return;
  const auto sorted = [](std::vector<PlacedPrefix> list) {
    std::ranges::sort(list, {}, [](const PlacedPrefix& p) { return std::tie(p.value, p.place); });
    return list;
  };
  const auto allowed = sorted(allow);
  Prefix reported{};
  bool any_reported = false;
  for (const PlacedPrefix& blocked : sorted(block)) {
    const auto found = std::ranges::lower_bound(allowed, blocked.value, {}, &PlacedPrefix::value);
    if (found == allowed.end() || found->value != blocked.value) continue;
    if (any_reported && reported == blocked.value) continue;
    reported = blocked.value;
    any_reported = true;
    diagnostics.add(
        {.place = blocked.place,
         .key = path + ".block",
         .problem = blocked.value.to_string() + " is also allowed, in " + at_line(found->place),
         .rule = "a prefix is allowed or blocked",
         .suggestion = "remove one of them, or make one longer: the longest prefix "
                       "wins"});
  }
}

std::string range_text(const PortRange& ports) {
  const std::string first = std::to_string(ports.first);
  return ports.first == ports.last ? first : first + '-' + std::to_string(ports.last);
}

void check_services(const ObjectPolicy& object, Diagnostics& diagnostics) {
  std::vector<Placed<PortRange>> sorted;
  for (const ServicePolicy& service : object.services) {
    if (service.ports.readable) sorted.push_back(service.ports);
  }
  std::ranges::sort(sorted, {}, [](const auto& p) { return std::pair{p.value.first, p.place}; });
  const Placed<PortRange>* reaching = nullptr;
  for (const Placed<PortRange>& ports : sorted) {
    if (reaching != nullptr && ports.value.first <= reaching->value.last) {
      const auto& [later, earlier] =
          reaching->place < ports.place ? std::pair{ports, *reaching} : std::pair{*reaching, ports};
      diagnostics.add({.place = later.place,
                       .key = "object.service.ports",
                       .problem = range_text(later.value) + " overlaps " +
                                  range_text(earlier.value) + " of " + at_line(earlier.place),
                       .rule = "the services of an object do not overlap",
                       .suggestion = "split the wider range around the other"});
    }
    if (reaching == nullptr || ports.value.last > reaching->value.last) reaching = &ports;
  }
}

/// Watches a sum over the objects and reports the object that takes it past its bound.
class Budget {
 public:
  Budget(std::string key, std::string what, std::uint64_t most, std::string suggestion)
      : key_(std::move(key)),
        what_(std::move(what)),
        most_(most),
        suggestion_(std::move(suggestion)) {}

  void spend(std::uint64_t amount, Place place, Diagnostics& diagnostics) {
    const bool was_within = spent_ <= most_;
    spent_ += amount;
    if (!was_within || spent_ <= most_) return;
    diagnostics.add({.place = place,
                     .key = key_,
                     .problem = "from here on there are too many " + what_,
                     .rule = "at most " + std::to_string(most_),
                     .suggestion = suggestion_});
  }

 private:
  std::string key_;
  std::string what_;
  std::uint64_t most_;
  std::string suggestion_;
  std::uint64_t spent_ = 0;
};

void check_bounds(const Policy& policy, Diagnostics& diagnostics) {
  const bool slots_known = policy.tables.objects.readable;
  Budget objects{"object", "objects",
                 slots_known ? policy.tables.objects.value : PolicyBounds::max_objects,
                 "raise tables.objects (up to " + std::to_string(PolicyBounds::max_objects) + ")"};
  Budget prefixes{"object.prefixes", "prefixes", PolicyBounds::max_prefixes, "aggregate them"};
  Budget services{"object.service", "services", PolicyBounds::max_services, ""};
  Budget management{"box.management", "prefixes", max_management_prefixes, "aggregate them"};
  Budget tenants{"tenant", "tenants", PolicyBounds::max_objects, ""};
  for (const PlacedPrefix& prefix : policy.box.management) {
    management.spend(1, prefix.place, diagnostics);
  }
  for (const TenantPolicy& tenant : policy.tenants) {
    tenants.spend(1, tenant.contacts.place, diagnostics);
  }
  Budget sources{"object.block", "allowed and blocked sources", PolicyBounds::max_source_entries,
                 "aggregate them"};
  sources.spend(policy.box.allow.size() + policy.box.block.size(), {1, 1}, diagnostics);
  for (const ObjectPolicy& o : policy.objects) {
    objects.spend(1, o.place, diagnostics);
    prefixes.spend(o.prefixes.size(), o.place, diagnostics);
    services.spend(o.services.size(), o.place, diagnostics);
    sources.spend(o.allow.size() + o.block.size(), o.place, diagnostics);
  }
}

}  // namespace

void check_rules(const Policy& policy, Diagnostics& diagnostics) {
  check_retransmit_window(policy.authentication, diagnostics);
  check_names(policy.objects, diagnostics);
  check_prefixes(policy.objects, diagnostics);
  check_sources("box", policy.box.allow, policy.box.block, diagnostics);
  const auto& management = policy.box.management;
  // Beyond their bound, which is reported, they are not compared: the work would have none.
  const bool comparable = management.size() <= max_management_prefixes;
  if (comparable) {
    check_management("box", management, policy.box.allow, policy.box.block, diagnostics);
  }
  for (const ObjectPolicy& object : policy.objects) {
    check_sources("object", object.allow, object.block, diagnostics);
    if (comparable) {
      check_management("object", management, object.allow, object.block, diagnostics);
    }
    check_services(object, diagnostics);
  }
  check_tenant_rules(policy, diagnostics);
  check_bounds(policy, diagnostics);
}

}  // namespace sekimori
