#pragma once

#include <string>
#include <string_view>

#include "common/address.hpp"

namespace sekimori {

// Prefixes of a policy are stricter than `Prefix::parse`, which also takes IPv4 addresses in their
// IPv6 form (::ffff:192.0.2.1): whoever writes that probably means something else.

/// Whether a prefix that was read from `text` means addresses of the family that it is written in.
[[nodiscard]] bool prefix_is_plain(std::string_view text, const Prefix& prefix);

struct PrefixFault {
  std::string problem;
  std::string rule;
  std::string suggestion;
};

/// Why a text is no prefix for a policy, and what to write instead.
[[nodiscard]] PrefixFault explain_prefix(std::string_view text);

}  // namespace sekimori
