#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sekimori::test {

/// What valijson finds wrong with `value` under a self-contained JSON schema: empty if nothing.
/// `components` are the schemas that "#/components/schemas/NAME" refers to.
[[nodiscard]] std::string oracle_fault(
    const nlohmann::ordered_json& value, const nlohmann::ordered_json& schema,
    const nlohmann::ordered_json& components = nlohmann::ordered_json::object());

}  // namespace sekimori::test
