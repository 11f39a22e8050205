#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sekimori {

using Json = nlohmann::ordered_json;

// Members of the API's answers as people read them. A member that is missing or has another type is
// a Json::exception, which the commands turn into a message.

/// A text, harmless to a terminal; a number in digits; empty if null.
[[nodiscard]] std::string text_in(const Json& object, const char* key);
/// "12.3k"; "-" if null.
[[nodiscard]] std::string scaled_in(const Json& object, const char* key);
/// A moment in UTC; "-" if null.
[[nodiscard]] std::string moment_in(const Json& object, const char* key);
[[nodiscard]] bool is_null_in(const Json& object, const char* key);

}  // namespace sekimori
