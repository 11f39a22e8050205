#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sekimori {

/// The text of docs/CONFIG.md, from the definitions of the keys.
[[nodiscard]] std::string config_reference();

/// What `sekictl explain` says about a key ("object.syn"), about all keys of a table ("object"), or
/// about everything (""). The error names the nearest key.
[[nodiscard]] tl::expected<std::string, std::string> explain(std::string_view path);

}  // namespace sekimori
