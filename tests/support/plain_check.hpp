#pragma once

#include <optional>
#include <span>
#include <string>

#include "dataplane/packet/plain_tcp.hpp"

namespace sekimori::test {

/// Takes a burst apart, with `plain` as the bursts before have left it, and compares all that is
/// known of it then with what `parse` says of each frame: which frames are plain, every field of
/// their headers, and the sets that are made from columns. Returns the first difference, if any.
[[nodiscard]] std::optional<std::string> check_plain(std::span<const Frame> frames,
                                                     PlainTcp& plain);

}  // namespace sekimori::test
