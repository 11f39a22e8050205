#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/units.hpp"
#include "control/model/policy.hpp"
#include "control/model/text_forms.hpp"

namespace sekimori {

// The one definition of every key of a policy. Reading, checking, docs/CONFIG.md and `sekictl
// explain` all follow from it.

enum class KeyType : std::uint8_t { quantity, boolean, choice, text, texts, prefixes, ports };

struct KeyDefinition {
  std::string_view name;
  KeyType type = KeyType::quantity;
  /// What the key does, in sentences.
  std::string_view text;
  /// A value as TOML writes it.
  std::string_view example;
  bool required = false;
  /// Of a quantity, in the unit's base. Of a choice, `minimum` is the first that may be taken.
  Unit unit = Unit::none;
  std::uint64_t minimum = 0;
  std::uint64_t maximum = 0;
  /// What holds when the key is not given: the number, 0 or 1 for a boolean, the index of a choice.
  std::uint64_t fallback = 0;
  std::span<const std::string_view> choices{};
  /// Of a text, and of each in a list of texts. One that is not required may be empty.
  TextForm form = TextForm::name;

  [[nodiscard]] constexpr std::span<const std::string_view> allowed_choices() const {
    return choices.subspan(minimum);
  }
};

/// The value of a key: a quantity or the index of a choice, or what its type says.
using Value = std::variant<std::uint64_t, bool, std::string, std::vector<std::string>,
                           std::vector<PlacedPrefix>, PortRange>;

/// A key of the table that `Owner` holds, how its value gets there and how it is had back.
template <typename Owner>
struct Key {
  KeyDefinition definition;
  void (*assign)(Owner& owner, Value value, Place place) = nullptr;
  Value (*value)(const Owner& owner) = nullptr;
};

/// The keys of one table of the policy.
template <typename Owner>
[[nodiscard]] std::span<const Key<Owner>> keys_of();

template <>
std::span<const Key<BoxPolicy>> keys_of();
template <>
std::span<const Key<AuthenticationPolicy>> keys_of();
template <>
std::span<const Key<TimeoutPolicy>> keys_of();
template <>
std::span<const Key<TablePolicy>> keys_of();
template <>
std::span<const Key<ObjectPolicy>> keys_of();
template <>
std::span<const Key<ServerPolicy>> keys_of();
template <>
std::span<const Key<LimitPolicy>> keys_of();
template <>
std::span<const Key<ServicePolicy>> keys_of();
template <>
std::span<const Key<DetectionPolicy>> keys_of();
template <>
std::span<const Key<CapacityPolicy>> keys_of();
template <>
std::span<const Key<ThresholdPolicy>> keys_of();
template <>
std::span<const Key<LadderPolicy>> keys_of();
template <>
std::span<const Key<NotifyPolicy>> keys_of();
template <>
std::span<const Key<ContactPolicy>> keys_of();
template <>
std::span<const Key<TenantPolicy>> keys_of();

/// A table of the policy with its keys.
struct TableDefinition {
  /// Such as "object.server"; the class of traffic in "object.limit.*" is one of several.
  std::string_view path;
  /// Whether it is an array of tables, written [[path]].
  bool repeated = false;
  std::string_view text;
  std::vector<const KeyDefinition*> keys;
};

/// All tables, in the order of the document.
[[nodiscard]] std::span<const TableDefinition> policy_tables();

/// What the value must be: "100ms to 1m", "pass or drop", "a list of prefixes".
[[nodiscard]] std::string rule_text(const KeyDefinition& key);

/// A quantity as a policy may write it: a number if the unit allows that, else in quotation marks.
[[nodiscard]] std::string quantity_text(std::uint64_t value, Unit unit);

/// A value as TOML writes it.
[[nodiscard]] std::string written(const KeyDefinition& key, const Value& value);

/// The default as TOML writes it; empty for a required key.
[[nodiscard]] std::string default_text(const KeyDefinition& key);

/// The value that holds when the key is not given.
[[nodiscard]] Value fallback_value(const KeyDefinition& key);

}  // namespace sekimori
