#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>

#include "control/model/diagnostics.hpp"
#include "control/model/keys.hpp"

namespace sekimori {

[[nodiscard]] Place place_of(const toml::source_region& region);

/// "a string", "an array", as messages name what they found.
[[nodiscard]] std::string_view type_text(const toml::node& node);

/// Reads the value of one key by its definition and reports whatever is wrong with it under `path`.
/// Empty when nothing of it can be used; a list comes without what is wrong in it.
[[nodiscard]] std::optional<Value> read_value(const KeyDefinition& key, const std::string& path,
                                              const toml::node& node, Diagnostics& diagnostics);

}  // namespace sekimori
