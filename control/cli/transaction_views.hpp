#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sekimori {

using Json = nlohmann::ordered_json;

// Answers about policies as people read them; their shapes are those of the API's schemas.

[[nodiscard]] std::string policy_check_view(const std::string& file, const Json& check);
[[nodiscard]] std::string policy_diff_view(const Json& diff);
[[nodiscard]] std::string policy_shadow_view(const Json& shadow);
[[nodiscard]] std::string policy_history_view(const Json& page);
/// What came of commit, confirm and rollback, and what to do next.
[[nodiscard]] std::string committed_view(const Json& version);

}  // namespace sekimori
