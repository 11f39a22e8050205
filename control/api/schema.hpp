#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "control/api/problem.hpp"

namespace sekimori {

// The part of JSON Schema (draft 2020-12) that the API's description uses, so that the schemas that
// clients are shown are the ones that requests are checked by: $ref to a component, type, enum,
// minimum, maximum, minLength, maxLength, items, minItems, maxItems, properties, required and
// additionalProperties. A number with a fraction is no integer, even if the fraction is 0.

/// Every fault of `value`, at most `max_faults`; none if it has the shape of `schema`. `components`
/// holds the schemas that "#/components/schemas/NAME" refers to. Places are JSON pointers
/// (RFC 6901) behind `place`.
[[nodiscard]] std::vector<InputFault> schema_faults(const Json& value, const Json& schema,
                                                    const Json& components,
                                                    const std::string& place = "",
                                                    std::size_t max_faults = 20);

/// What in a schema itself is wrong or not of the part above; empty if all is well.
[[nodiscard]] std::string unusable_schema(const Json& schema, const Json& components);

/// A value as it is written in a message: quoted if a string, cut when long.
[[nodiscard]] std::string shown(const Json& value);

}  // namespace sekimori
