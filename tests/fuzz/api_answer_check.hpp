#pragma once

#include <algorithm>
#include <cstdlib>

#include "control/api/api.hpp"
#include "control/api/openapi.hpp"
#include "control/api/schema.hpp"
#include "control/api/schema_words.hpp"
#include "control/api/schemas.hpp"

namespace sekimori::test {

/// Aborts unless an answer is one that the description allows for the route; null: for none.
inline void check_answer(const Route* route, const Answer& answer) {
  const bool good = answer.status == 200;
  if (good && answer.media_type != "application/json") return;
  const Json body = Json::parse(answer.body);
  const Json schema = schema::component(good ? route->response : std::string_view{"Problem"});
  if (!schema_faults(body, schema, component_schemas()).empty()) std::abort();
  if (good) return;
  if (answer.media_type != "application/problem+json" || body["status"] != answer.status) {
    std::abort();
  }
  if (route == nullptr) return;
  const auto kinds = problems_of(*route);
  if (std::none_of(kinds.begin(), kinds.end(),
                   [&](ProblemKind kind) { return text_of(kind).status == answer.status; })) {
    std::abort();
  }
}

}  // namespace sekimori::test
