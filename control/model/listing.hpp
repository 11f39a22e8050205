#pragma once

#include <string>
#include <string_view>

namespace sekimori {

/// Adds to a list in words: "a", "a, b", ...
inline void add_listed(std::string& list, std::string_view item,
                       std::string_view separator = ", ") {
  if (!list.empty()) list += separator;
  list += item;
}

}  // namespace sekimori
