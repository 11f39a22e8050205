#pragma once

#include <string>
#include <string_view>

namespace sekimori {

/// `text` as one segment of a path or one value of a query: all but the unreserved characters are
/// encoded (RFC 3986, section 2).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace sekimori
