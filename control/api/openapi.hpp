#pragma once

#include "control/api/problem.hpp"
#include "control/api/routes.hpp"

namespace sekimori {

/// The OpenAPI 3.1 document, made of the routes and the components. docs/openapi.json is a copy.
[[nodiscard]] const Json& openapi_document();

/// The kinds of problems that a route may have, its own and those that every route has.
[[nodiscard]] std::vector<ProblemKind> problems_of(const Route& route);

}  // namespace sekimori
