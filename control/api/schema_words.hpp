#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "control/api/problem.hpp"

namespace sekimori::schema {

// The words in which control/api/schemas_*.cpp and the routes write JSON schemas.

inline Json text(std::size_t most) {
  return {{"type", "string"}, {"maxLength", most}};
}
inline Json text(std::size_t least, std::size_t most) {
  return {{"type", "string"}, {"minLength", least}, {"maxLength", most}};
}
inline Json whole(std::uint64_t least, std::uint64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}
inline Json count() {
  return {{"type", "integer"}, {"minimum", 0}};
}
/// Milliseconds since 1970, UTC.
inline Json moment() {
  return count();
}
inline Json number(double least) {
  return {{"type", "number"}, {"minimum", least}};
}
inline Json flag() {
  return {{"type", "boolean"}};
}
inline Json one_of(std::span<const std::string_view> names) {
  Json schema{{"type", "string"}, {"enum", Json::array()}};
  for (const std::string_view name : names) schema["enum"].push_back(name);
  return schema;
}
inline Json one_of(std::initializer_list<std::string_view> names) {
  return one_of(std::span{names.begin(), names.size()});
}
inline Json list(Json items, std::size_t most) {
  return {{"type", "array"}, {"items", std::move(items)}, {"maxItems", most}};
}
inline Json list(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}
inline Json component(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string{name}}};
}
inline Json or_null(Json schema) {
  schema["type"] = Json::array({schema["type"], "null"});
  return schema;
}

struct Field {
  const char* name;
  Json schema;
  const char* description = "";
  bool required = true;
};
inline Field optional(const char* name, Json schema, const char* description = "") {
  return {name, std::move(schema), description, false};
}

/// An object with these members and no others.
inline Json record(std::initializer_list<Field> fields) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& field : fields) {
    properties[field.name] = field.schema;
    // Beside $ref a description would be the reference's, not the member's.
    if (*field.description != '\0') properties[field.name]["description"] = field.description;
    if (field.required) required.push_back(field.name);
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

}  // namespace sekimori::schema
