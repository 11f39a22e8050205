#include "control/api/problem.hpp"

namespace sekimori {

Json problem_json(const Problem& problem, std::string_view instance) {
  const ProblemText& text = text_of(problem.kind);
  Json json{{"type", "urn:sekimori:problem:" + std::string{text.name}},
            {"title", text.title},
            {"status", text.status},
            {"detail", problem.detail},
            {"instance", instance}};
  if (!problem.faults.empty()) {
    Json& errors = json["errors"] = Json::array();
    for (const InputFault& fault : problem.faults) {
      errors.push_back({{"place", fault.place}, {"rule", fault.rule}});
    }
  }
  return json;
}

}  // namespace sekimori
