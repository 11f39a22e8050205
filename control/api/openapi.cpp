#include "control/api/openapi.hpp"

#include <algorithm>
#include <string>

#include "control/api/schema_words.hpp"
#include "control/api/schemas.hpp"

namespace sekimori {
namespace {

Json parameter_json(const Parameter& parameter, std::string_view in) {
  return {{"name", parameter.name},
          {"in", in},
          {"required", in == "path"},
          {"description", parameter.description},
          {"schema", parameter.schema}};
}

Json responses_of(const Route& route) {
  Json content = Json::object();
  for (const std::string_view type : route.media_types) {
    content[std::string{type}] = {{"schema", type == "application/json"
                                                 ? schema::component(route.response)
                                                 : Json{{"type", "string"}}}};
  }
  Json responses{{"200", {{"description", "Done"}, {"content", std::move(content)}}}};
  for (const ProblemKind kind : problems_of(route)) {
    const ProblemText& text = text_of(kind);
    Json& response = responses[std::to_string(text.status)];
    if (response.is_null()) {
      response = {
          {"description", text.title},
          {"content", {{"application/problem+json", {{"schema", schema::component("Problem")}}}}}};
    } else {
      response["description"].get_ref<std::string&>() += "; " + std::string{text.title};
    }
  }
  return responses;
}

Json operation_json(const Route& route) {
  Json operation{{"operationId", route.operation},
                 {"summary", route.summary},
                 {"description", "Needs duty " + std::string{name_of(route.duty)} + "."}};
  for (const Parameter& parameter : route.path_parameters) {
    operation["parameters"].push_back(parameter_json(parameter, "path"));
  }
  for (const Parameter& parameter : route.query) {
    operation["parameters"].push_back(parameter_json(parameter, "query"));
  }
  if (!route.request.empty()) {
    operation["requestBody"] = {
        {"required", true},
        {"content", {{"application/json", {{"schema", schema::component(route.request)}}}}}};
  }
  operation["responses"] = responses_of(route);
  return operation;
}

Json make_document() {
  Json document{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Sekimori"},
        {"version", "1"},
        {"description",
         "What the running system can be asked for. Callers show a certificate, which says who "
         "they are and what their duty is; docs/API.md tells how to get one."}}},
      {"servers", Json::array({{{"url", "/"}}})},
      {"security", Json::array({{{"certificate", Json::array()}}})},
      {"paths", Json::object()},
      {"components",
       {{"schemas", component_schemas()},
        {"securitySchemes",
         {{"certificate",
           {{"type", "mutualTLS"},
            {"description", "A certificate of the site's own authority"}}}}}}}};
  for (const Route& route : routes()) {
    std::string method{route.method};
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    document["paths"][std::string{route.path}][method] = operation_json(route);
  }
  return document;
}

}  // namespace

const Json& openapi_document() {
  static const Json document = make_document();
  return document;
}

std::vector<ProblemKind> problems_of(const Route& route) {
  using enum ProblemKind;
  std::vector<ProblemKind> kinds = route.problems;
  for (const ProblemKind kind :
       {malformed, certificate_refused, not_acceptable, internal, unavailable}) {
    kinds.push_back(kind);
  }
  if (route.duty != Duty::viewer) kinds.push_back(duty_missing);
  if (!route.request.empty()) {
    for (const ProblemKind kind : {length_required, too_large, media_type}) kinds.push_back(kind);
  }
  if (!route.request.empty() || !route.query.empty() || !route.path_parameters.empty()) {
    kinds.push_back(invalid);
  }
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

}  // namespace sekimori
