#include "control/cli/json_view.hpp"

#include "control/cli/reading.hpp"
#include "control/model/clean_text.hpp"
#include "control/model/incident_words.hpp"

namespace sekimori {

std::string text_in(const Json& object, const char* key) {
  const Json& value = object.at(key);
  if (value.is_null()) return {};
  return value.is_string() ? clean_text(value.get<std::string>()) : value.dump();
}

std::string scaled_in(const Json& object, const char* key) {
  const Json& value = object.at(key);
  return value.is_null() ? "-" : scaled(value.get<double>());
}

std::string moment_in(const Json& object, const char* key) {
  const Json& value = object.at(key);
  return value.is_null() ? "-" : moment_words(value.get<std::uint64_t>());
}

bool is_null_in(const Json& object, const char* key) {
  return object.at(key).is_null();
}

}  // namespace sekimori
