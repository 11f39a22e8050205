#include "control/api/routes.hpp"

#include <iterator>

#include "control/api/schema_words.hpp"

namespace sekimori {

const std::vector<Route>& routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> table;
    for (auto& part : {system_routes(), incident_routes(), policy_routes(), record_routes()}) {
      table.insert(table.end(), part.begin(), part.end());
    }
    return table;
  }();
  return all;
}

Parameter identifier_parameter(std::string_view name, std::string_view description) {
  return {.name = name, .schema = schema::whole(1, INT64_MAX), .description = description};
}

Parameter object_parameter(std::string_view name) {
  return {.name = name, .schema = schema::text(1, 63), .description = "The name of an object"};
}

Parameter limit_parameter(std::uint32_t usual) {
  Json schema = schema::whole(1, max_page);
  schema["default"] = usual;
  return {.name = "limit", .schema = std::move(schema), .description = "The most to list"};
}

Parameter before_parameter() {
  return {.name = "before",
          .schema = schema::whole(1, INT64_MAX),
          .description = "List only what has a lower number: the `next` of the page before"};
}

std::optional<std::uint64_t> whole_of(const Input& input, std::string_view name) {
  const auto found = input.parameters.find(std::string{name});
  if (found == input.parameters.end()) return {};
  return found->get<std::uint64_t>();
}

std::string text_of(const Input& input, std::string_view name) {
  const auto found = input.parameters.find(std::string{name});
  return found == input.parameters.end() ? std::string{} : found->get<std::string>();
}

tl::expected<Reply, Problem> json_reply(Operations::Result result) {
  if (!result) return tl::unexpected{std::move(result.error())};
  return Reply{.json = std::move(*result), .text = {}};
}

}  // namespace sekimori
