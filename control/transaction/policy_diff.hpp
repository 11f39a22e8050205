#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "control/model/policy.hpp"

namespace sekimori {

using Json = nlohmann::ordered_json;

enum class ChangeKind : std::uint8_t { added, removed, changed };
inline constexpr std::array<std::string_view, 3> change_kind_names{"added", "removed", "changed"};

/// One difference between two policies.
struct PolicyChange {
  ChangeKind kind{};
  std::string place{};   ///< "box", "object web", "tenant city"
  std::string tenant{};  ///< whom it concerns; empty: nobody in particular
  std::string key{};     ///< "object.syn"; empty when the whole place is added or removed
  std::string before{};  ///< as a policy writes it; empty when added
  std::string after{};   ///< empty when removed
  std::string effect{};  ///< what the key says, in a sentence
};

/// What changes for whom.
struct PolicyDiff {
  static constexpr std::size_t max_listed = 10'000;

  std::vector<PolicyChange> changes;  ///< first what concerns all traffic, then by tenant
  std::uint64_t not_listed = 0;       ///< changes beyond `max_listed`
  std::uint64_t objects_added = 0;
  std::uint64_t objects_removed = 0;
  std::uint64_t objects_changed = 0;
  std::uint64_t objects_in_all = 0;  ///< of the later policy
  bool all_traffic = false;          ///< something changes for every object
  std::vector<std::string> tenants;  ///< of the objects, and those that change themselves

  [[nodiscard]] bool same() const { return changes.empty(); }
};

/// Objects and tenants are the same ones if their names are.
[[nodiscard]] PolicyDiff diff_policies(const Policy& before, const Policy& after);

/// For people: a summary, then the changes by tenant.
[[nodiscard]] std::string diff_text(const PolicyDiff& diff);

/// Schema PolicyDiff of docs/openapi.json: {"same", "changes", "affected_objects",
/// "affected_tenants"}.
[[nodiscard]] Json diff_json(const PolicyDiff& diff);

}  // namespace sekimori
