#include "tests/support/contract.hpp"

#include <stdexcept>

#include "tests/support/json_schema_oracle.hpp"

namespace sekimori::test {

const Route& route_of(const std::string& operation) {
  for (const Route& route : routes()) {
    if (route.operation == operation) return route;
  }
  throw std::runtime_error{"no operation " + operation};
}

const Json& Contract::operation(const Route& route) const {
  return document_.at("paths")
      .at(std::string{route.path})
      .at(route.method == "GET" ? "get" : "post");
}

bool Contract::saw(const Route& route, int status) const {
  return seen_.contains({std::string{route.operation}, status});
}

std::string Contract::fault(const Route& route, const HttpAnswer& answer) {
  const std::string status = std::to_string(answer.status);
  const Json& responses = operation(route)["responses"];
  if (!responses.contains(status)) return "status " + status + " is not described";
  seen_.insert({std::string{route.operation}, answer.status});
  const auto type = answer.headers.find("content-type");
  if (type == answer.headers.end()) return "there is no content type";
  const Json& content = responses[status]["content"];
  const std::string media_type = type->second.substr(0, type->second.find(';'));
  if (!content.contains(media_type)) return media_type + " is not described";
  if (!media_type.ends_with("json")) return {};
  const Json body = Json::parse(answer.body, nullptr, false);
  if (body.is_discarded()) return "the body is no JSON";
  if (answer.status != 200 &&
      (body.value("status", 0) != answer.status || body.value("detail", std::string{}).empty())) {
    return "the problem does not tell its status and detail";
  }
  return oracle_fault(body, content[media_type]["schema"], document_["components"]["schemas"]);
}

}  // namespace sekimori::test
