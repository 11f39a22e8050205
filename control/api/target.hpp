#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "control/api/problem.hpp"

namespace sekimori {

/// The target of a request in origin form (RFC 9112, section 3.2.1), taken apart.
struct Target {
  /// Percent-decoded, each of valid UTF-8 without control characters; none is empty, "." or "..".
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in the order given
};

inline constexpr std::size_t max_target_bytes = 2048;
inline constexpr std::size_t max_query_parameters = 32;

/// Of kind malformed, or of kind not_found when the path climbs or has empty parts.
[[nodiscard]] tl::expected<Target, Problem> parse_target(std::string_view target);

/// The target without its query, for messages: cut, and without bytes that do not belong there.
[[nodiscard]] std::string shown_path(std::string_view target);

/// Which of `offered` media types an Accept header (RFC 9110, section 12.5.1) likes best, the first
/// one if it is empty; empty when it takes none of them.
[[nodiscard]] std::string_view negotiate(std::string_view accept,
                                         const std::vector<std::string_view>& offered);

}  // namespace sekimori
