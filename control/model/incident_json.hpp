#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>

#include "control/model/incident.hpp"

namespace sekimori {

using Json = nlohmann::ordered_json;

/// Every field of the record under its name, in the order of control/model/incident.hpp.
/// Enumerators are written by their names, times in Unix milliseconds, and what has no value as
/// null.
[[nodiscard]] Json incident_json(const Incident& incident);
/// The same of one action alone.
[[nodiscard]] Json action_json(const ActionRecord& action);

/// Reads what `incident_json` wrote, and also what another version of it did: a key that is absent
/// leaves its field as it is in a new record, and one that is not known is passed over. The error
/// names the place as a JSON pointer.
[[nodiscard]] tl::expected<Incident, std::string> incident_from_json(const Json& json);

}  // namespace sekimori
