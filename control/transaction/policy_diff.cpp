#include "control/transaction/policy_diff.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "control/model/keys.hpp"

namespace sekimori {
namespace {

/// The elements of a list as TOML writes them, in one order whatever the file's is.
std::vector<std::string> elements_of(const KeyDefinition& key, const Value& value) {
  std::vector<std::string> result;
  if (const auto* prefixes = std::get_if<std::vector<PlacedPrefix>>(&value)) {
    for (const PlacedPrefix& p : *prefixes) result.push_back(written(key, std::vector{p}));
  } else {
    for (const std::string& text : std::get<std::vector<std::string>>(value)) {
      result.push_back(written(key, std::vector{text}));
    }
  }
  // Each was written as a list of one.
  for (std::string& element : result) element = element.substr(1, element.size() - 2);
  std::ranges::sort(result);
  return result;
}

bool is_list(const KeyDefinition& key) {
  return key.type == KeyType::prefixes || key.type == KeyType::texts;
}

bool same_places_aside(const Value& a, const Value& b) {
  const auto* x = std::get_if<std::vector<PlacedPrefix>>(&a);
  const auto* y = std::get_if<std::vector<PlacedPrefix>>(&b);
  if (x != nullptr && y != nullptr) {
    return std::ranges::equal(*x, *y, {}, &PlacedPrefix::value, &PlacedPrefix::value);
  }
  return std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::vector<PlacedPrefix>>) {
          return false;
        } else {
          return value == std::get<T>(b);
        }
      },
      a);
}

std::string list_text(const std::vector<std::string>& elements) {
  constexpr std::size_t max_shown = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(elements.size(), max_shown); ++i) {
    text.append(text.empty() ? "" : ", ").append(elements[i]);
  }
  if (elements.size() > max_shown) {
    text.append(" and ").append(std::to_string(elements.size() - max_shown)).append(" more");
  }
  return '[' + text + ']';
}

std::string first_sentence(std::string_view text) {
  const std::size_t end = text.find(". ");
  return std::string{end == std::string_view::npos ? text : text.substr(0, end + 1)};
}

/// An owner whose keys all have their defaults; of required keys, an empty value.
template <typename Owner>
const Owner& defaults() {
  static const Owner made = [] {
    Owner owner{};
    for (const Key<Owner>& key : keys_of<Owner>()) {
      key.assign(owner, fallback_value(key.definition), {});
    }
    return owner;
  }();
  return made;
}

const ObjectPolicy& default_object() {
  static const ObjectPolicy made = [] {
    ObjectPolicy object = defaults<ObjectPolicy>();
    object.server = defaults<ServerPolicy>();
    object.ladder = defaults<LadderPolicy>();
    return object;
  }();
  return made;
}

using Services = std::map<std::pair<std::uint16_t, std::uint16_t>, const ServicePolicy*>;

Services services_of(const ObjectPolicy& object) {
  Services result;
  for (const ServicePolicy& service : object.services) {
    result[{service.ports.value.first, service.ports.value.last}] = &service;
  }
  return result;
}

std::string service_text(const ServicePolicy& service) {
  std::string text;
  for (const Key<ServicePolicy>& key : keys_of<ServicePolicy>()) {
    text.append(text.empty() ? "" : ", ").append(key.definition.name).append(" = ");
    text.append(written(key.definition, key.value(service)));
  }
  return text;
}

template <typename Owner, typename Name>
std::map<std::string_view, const Owner*> by_name(const std::vector<Owner>& owners, Name name) {
  std::map<std::string_view, const Owner*> result;
  for (const Owner& owner : owners) result.emplace(name(owner), &owner);
  return result;
}

class Differ {
 public:
  PolicyDiff diff(const Policy& before, const Policy& after) {
    result_.objects_in_all = after.objects.size();
    diff_box(before, after);
    diff_tenants(before, after);
    diff_objects(before, after);
    result_.tenants.assign(tenants_.begin(), tenants_.end());
    std::ranges::stable_sort(result_.changes, {}, &PolicyChange::tenant);
    return std::move(result_);
  }

 private:
  void diff_box(const Policy& before, const Policy& after) {
    place_ = "box";
    compare_keys("box", before.box, after.box);
    compare_keys("authentication", before.authentication, after.authentication);
    compare_keys("timeouts", before.timeouts, after.timeouts);
    compare_keys("tables", before.tables, after.tables);
    compare_keys("detection", before.detection, after.detection);
    result_.all_traffic = count_ > 0;
    place_ = "notify";
    compare_keys("notify", before.notify, after.notify);
    compare_keys("notify.operators", before.notify.operators, after.notify.operators);
  }

  void diff_tenants(const Policy& before, const Policy& after) {
    const auto name = [](const TenantPolicy& t) -> std::string_view { return t.name.value; };
    const auto compare = [&](const TenantPolicy& b, const TenantPolicy& a) {
      compare_keys("tenant", b, a);
      compare_keys("tenant.threshold", b.threshold, a.threshold);
    };
    join(by_name(before.tenants, name), by_name(after.tenants, name),
         [&](std::string_view which, const TenantPolicy* b, const TenantPolicy* a) {
           place_ = "tenant " + std::string{which};
           tenant_ = which;
           const std::uint64_t had = count_;
           if (b == nullptr) {
             add({.kind = ChangeKind::added, .effect = "The tenant is new."});
             compare(defaults<TenantPolicy>(), *a);
           } else if (a == nullptr) {
             add({.kind = ChangeKind::removed, .effect = "The tenant is told nothing any more."});
           } else {
             compare(*b, *a);
           }
           if (count_ > had) tenants_.insert(tenant_);
         });
  }

  void diff_objects(const Policy& before, const Policy& after) {
    const auto name = [](const ObjectPolicy& o) -> std::string_view { return o.name.value; };
    join(by_name(before.objects, name), by_name(after.objects, name),
         [&](std::string_view which, const ObjectPolicy* b, const ObjectPolicy* a) {
           place_ = "object " + std::string{which};
           tenant_ = (a != nullptr ? a : b)->tenant.value;
           const std::uint64_t had = count_;
           if (b == nullptr) {
             ++result_.objects_added;
             add({.kind = ChangeKind::added, .effect = "The object is protected from now on."});
             compare_object(default_object(), *a);
           } else if (a == nullptr) {
             ++result_.objects_removed;
             add({.kind = ChangeKind::removed,
                  .effect = "The object is not protected any more: box.unprotected decides on its "
                            "traffic, or a shorter prefix's object does."});
           } else {
             compare_object(*b, *a);
             if (count_ > had) ++result_.objects_changed;
           }
           if (count_ == had) return;
           for (const ObjectPolicy* object : {b, a}) {
             if (object != nullptr && !object->tenant.value.empty()) {
               tenants_.insert(object->tenant.value);
             }
           }
         });
  }

  void compare_object(const ObjectPolicy& before, const ObjectPolicy& after) {
    compare_keys("object", before, after);
    compare_keys("object.server", before.server, after.server);
    for (std::size_t c = 0; c < traffic_class_count; ++c) {
      compare_keys("object.limit." + std::string{traffic_class_names[c]}, before.limits[c],
                   after.limits[c]);
    }
    compare_services(before, after);
    compare_keys("object.capacity", before.capacity, after.capacity);
    compare_keys("object.threshold", before.threshold, after.threshold);
    compare_keys("object.ladder", before.ladder, after.ladder);
  }

  void compare_services(const ObjectPolicy& before, const ObjectPolicy& after) {
    if (before.services.empty() && after.services.empty()) return;
    join(services_of(before), services_of(after),
         [&](const auto&, const ServicePolicy* b, const ServicePolicy* a) {
           if (b != nullptr && a != nullptr && b->syn == a->syn) return;
           const ChangeKind kind = b == nullptr   ? ChangeKind::added
                                   : a == nullptr ? ChangeKind::removed
                                                  : ChangeKind::changed;
           add({.kind = kind,
                .key = "object.service",
                .before = b == nullptr ? "" : service_text(*b),
                .after = a == nullptr ? "" : service_text(*a),
                .effect = "Ports of the object that have a SYN mode of their own."});
         });
  }

  template <typename Owner>
  void compare_keys(const std::string& path, const Owner& before, const Owner& after) {
    for (const Key<Owner>& key : keys_of<Owner>()) {
      const Value b = key.value(before);
      const Value a = key.value(after);
      if (same_places_aside(b, a)) continue;
      if (is_list(key.definition)) {
        compare_lists(path, key.definition, b, a);
      } else if (!(key.definition.required && std::holds_alternative<std::string>(b))) {
        // A name is in the place already.
        add({.kind = ChangeKind::changed,
             .key = path + '.' + std::string{key.definition.name},
             .before = written(key.definition, b),
             .after = written(key.definition, a),
             .effect = first_sentence(key.definition.text)});
      }
    }
  }

  void compare_lists(const std::string& path, const KeyDefinition& key, const Value& before,
                     const Value& after) {
    const auto b = elements_of(key, before);
    const auto a = elements_of(key, after);
    std::vector<std::string> gone;
    std::vector<std::string> come;
    std::ranges::set_difference(b, a, std::back_inserter(gone));
    std::ranges::set_difference(a, b, std::back_inserter(come));
    const auto tell = [&](ChangeKind kind, const std::string& was, const std::string& is) {
      add({.kind = kind,
           .key = path + '.' + std::string{key.name},
           .before = was,
           .after = is,
           .effect = first_sentence(key.text)});
    };
    if (!gone.empty()) tell(ChangeKind::removed, list_text(gone), "");
    if (!come.empty()) tell(ChangeKind::added, "", list_text(come));
  }

  /// Visits all names in their order, each with what has it before and after, or null.
  template <typename Map, typename Visit>
  static void join(const Map& before, const Map& after, Visit visit) {
    auto b = before.begin();
    auto a = after.begin();
    while (b != before.end() || a != after.end()) {
      const bool only_before = a == after.end() || (b != before.end() && b->first < a->first);
      const bool only_after = b == before.end() || (a != after.end() && a->first < b->first);
      if (only_before) {
        visit(b->first, b->second, nullptr);
      } else if (only_after) {
        visit(a->first, nullptr, a->second);
      } else {
        visit(b->first, b->second, a->second);
      }
      if (!only_after) ++b;
      if (!only_before) ++a;
    }
  }

  void add(PolicyChange change) {
    ++count_;
    if (result_.changes.size() == PolicyDiff::max_listed) {
      ++result_.not_listed;
      return;
    }
    change.place = place_;
    change.tenant = tenant_;
    result_.changes.push_back(std::move(change));
  }

  PolicyDiff result_;
  std::string place_;
  std::string tenant_;
  std::set<std::string> tenants_;
  std::uint64_t count_ = 0;
};

}  // namespace

PolicyDiff diff_policies(const Policy& before, const Policy& after) {
  return Differ{}.diff(before, after);
}

}  // namespace sekimori
