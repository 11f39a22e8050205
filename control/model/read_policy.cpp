#include "control/model/read_policy.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "control/model/keys.hpp"
#include "control/model/rules.hpp"
#include "control/model/values.hpp"

namespace sekimori {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 8> root_tables{
    "box", "authentication", "timeouts", "tables", "object", "tenant", "detection", "notify"};
constexpr std::array<std::string_view, 6> object_tables{"server",   "limit",     "service",
                                                        "capacity", "threshold", "ladder"};
constexpr std::array<std::string_view, 1> tenant_tables{"threshold"};
constexpr std::array<std::string_view, 1> notify_tables{"operators"};

std::string child_path(const std::string& parent, std::string_view name) {
  return parent.empty() ? std::string{name} : parent + '.' + std::string{name};
}

/// The table in which a key of this name would be right.
std::optional<std::string> home_of(std::string_view key_name) {
  for (const TableDefinition& table : policy_tables()) {
    for (const KeyDefinition* key : table.keys) {
      if (key->name == key_name) return std::string{table.path};
    }
  }
  return std::nullopt;
}

/// Fills a policy from TOML by the definitions of its keys and reports what does not fit them.
class PolicyReader {
 public:
  explicit PolicyReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  Policy read(const toml::table& root) {
    Policy policy;
    refuse_unknown(root, "", root_tables);
    read_table(root, "box", policy.box);
    read_table(root, "authentication", policy.authentication);
    read_table(root, "timeouts", policy.timeouts);
    read_table(root, "tables", policy.tables);
    read_table(root, "detection", policy.detection);
    read_notify(root, policy.notify);
    for_each_table(root, "", "tenant",
                   [&](const toml::table& table) { policy.tenants.push_back(read_tenant(table)); });
    for_each_table(root, "", "object",
                   [&](const toml::table& table) { policy.objects.push_back(read_object(table)); });
    return policy;
  }

 private:
  void read_notify(const toml::table& root, NotifyPolicy& notify) {
    static const toml::table none;
    const toml::table* table = child_table(root, "", "notify");
    if (table == nullptr) table = &none;
    read_keys(*table, "notify", notify, notify_tables);
    read_nested(*table, "notify", "operators", notify.operators);
    const toml::node* operators = table->get("operators");
    if (operators != nullptr) notify.operators.place = place_of(operators->source());
  }

  TenantPolicy read_tenant(const toml::table& table) {
    TenantPolicy tenant;
    tenant.contacts.place = place_of(table.source());
    read_keys(table, "tenant", tenant, tenant_tables);
    read_nested(table, "tenant", "threshold", tenant.threshold);
    return tenant;
  }

  ObjectPolicy read_object(const toml::table& table) {
    ObjectPolicy object;
    object.place = place_of(table.source());
    read_keys(table, "object", object, object_tables);
    read_nested(table, "object", "server", object.server);
    read_nested(table, "object", "capacity", object.capacity);
    read_nested(table, "object", "threshold", object.threshold);
    read_nested(table, "object", "ladder", object.ladder);

    static const toml::table none;
    const toml::table* limits = child_table(table, "object", "limit");
    if (limits != nullptr) refuse_unknown(*limits, "object.limit", traffic_class_names);
    for (std::size_t c = 0; c < traffic_class_count; ++c) {
      read_nested(limits != nullptr ? *limits : none, "object.limit", traffic_class_names[c],
                  object.limits[c]);
    }
    for_each_table(table, "object", "service", [&](const toml::table& entry) {
      read_keys(entry, "object.service", object.services.emplace_back(), {});
    });
    return object;
  }

  template <typename Owner>
  void read_table(const toml::table& root, std::string_view name, Owner& owner) {
    read_nested(root, "", name, owner);
  }

  /// Reads a table of keys. One that is absent leaves its keys at their defaults.
  template <typename Owner>
  void read_nested(const toml::table& parent, const std::string& parent_path, std::string_view name,
                   Owner& owner) {
    if (const toml::table* table = child_table(parent, parent_path, name)) {
      read_keys(*table, child_path(parent_path, name), owner, {});
    } else {
      owner = defaults<Owner>();
    }
  }

  /// Objects mostly leave most of their tables away, so these are made once.
  template <typename Owner>
  static const Owner& defaults() {
    static const Owner made = [] {
      Owner owner{};
      for (const Key<Owner>& key : keys_of<Owner>()) {
        key.assign(owner, fallback_value(key.definition), {});
      }
      return owner;
    }();
    return made;
  }

  template <typename Owner>
  void read_keys(const toml::table& table, const std::string& path, Owner& owner,
                 Names child_tables) {
    std::vector<std::string_view> known(child_tables.begin(), child_tables.end());
    for (const auto& [definition, assign, value_of] : keys_of<Owner>()) {
      known.push_back(definition.name);
      if (const toml::node* node = table.get(definition.name)) {
        const std::string key_path = child_path(path, definition.name);
        if (auto value = read_value(definition, key_path, *node, diagnostics_)) {
          assign(owner, std::move(*value), place_of(node->source()));
        }
      } else if (definition.required) {
        diagnostics_.add({.place = place_of(table.source()),
                          .key = child_path(path, definition.name),
                          .problem = "is missing",
                          .rule = rule_text(definition),
                          .suggestion = std::string{"add for example "}
                                            .append(definition.name)
                                            .append(" = ")
                                            .append(definition.example)});
      } else {
        assign(owner, fallback_value(definition), place_of(table.source()));
      }
    }
    refuse_unknown(table, path, known);
  }

  void refuse_unknown(const toml::table& table, const std::string& path, Names known) {
    for (const auto& [key, node] : table) {
      const std::string_view name = key.str();
      if (std::ranges::find(known, name) != known.end()) continue;
      std::string suggestion;
      if (const std::string_view meant = nearest(name, known); !meant.empty()) {
        suggestion = "did you mean " + std::string{meant} + "?";
      } else if (const auto home = home_of(name)) {
        suggestion = "it belongs to " + *home;
      }
      diagnostics_.add(
          {.place = place_of(key.source()),
           .key = child_path(path, printable(name)),
           .problem = "unknown key",
           .rule = (path.empty() ? "a policy has " : path + " has ") + alternatives(known, "and"),
           .suggestion = std::move(suggestion)});
    }
  }

  void refuse_shape(const toml::node& node, const std::string& path, std::string_view rule,
                    std::string suggestion) {
    diagnostics_.add({.place = place_of(node.source()),
                      .key = path,
                      .problem = std::string{"is "}.append(type_text(node)),
                      .rule = std::string{rule},
                      .suggestion = std::move(suggestion)});
  }

  /// The table of that name, or null if it is absent or something else, which is reported.
  const toml::table* child_table(const toml::table& parent, const std::string& parent_path,
                                 std::string_view name) {
    const toml::node* node = parent.get(name);
    if (node == nullptr || node->is_table()) return node != nullptr ? node->as_table() : nullptr;
    const std::string path = child_path(parent_path, name);
    refuse_shape(*node, path, "a table", "write [" + path + "]");
    return nullptr;
  }

  /// Calls `visit` with each table of an array of tables; what is none is reported.
  template <typename Visit>
  void for_each_table(const toml::table& parent, const std::string& parent_path,
                      std::string_view name, Visit visit) {
    const toml::node* node = parent.get(name);
    if (node == nullptr) return;
    const std::string path = child_path(parent_path, name);
    const std::string suggestion = "write [[" + path + "]]";
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      refuse_shape(*node, path, "an array of tables", suggestion);
      return;
    }
    for (const toml::node& element : *list) {
      if (const toml::table* table = element.as_table()) {
        visit(*table);
      } else {
        refuse_shape(element, path, "an array of tables", suggestion);
      }
    }
  }

  Diagnostics& diagnostics_;
};

}  // namespace

tl::expected<Policy, Diagnostics> read_policy(std::string_view text, const std::string& file) {
  Diagnostics diagnostics{file};
  if (text.size() > max_policy_text_bytes) {
    diagnostics.add({.place = {1, 1},
                     .key = {},
                     .problem = "the file has " + std::to_string(text.size()) + " bytes",
                     .rule = "at most " + format_quantity(max_policy_text_bytes, Unit::bytes),
                     .suggestion = {}});
    return tl::unexpected{std::move(diagnostics)};
  }
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    diagnostics.add({.place = place_of(error.source()),
                     .key = {},
                     .problem = printable(error.description()),
                     .rule = "TOML 1.0",
                     .suggestion = {}});
    return tl::unexpected{std::move(diagnostics)};
  }
  Policy policy = PolicyReader{diagnostics}.read(root);
  check_rules(policy, diagnostics);
  if (!diagnostics.empty()) return tl::unexpected{std::move(diagnostics)};
  return policy;
}

}  // namespace sekimori
