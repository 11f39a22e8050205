#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "control/model/diagnostics.hpp"
#include "control/model/policy.hpp"

namespace sekimori {

/// A longer file is refused unread: the memory that reading takes is some twelve times its size.
inline constexpr std::size_t max_policy_text_bytes = std::size_t{64} << 20;

/// Reads a policy from TOML and checks every rule of its keys and between them. Either the policy
/// is right or all its faults are returned; of a file that is no TOML, the first one. `file` is the
/// name for messages.
[[nodiscard]] tl::expected<Policy, Diagnostics> read_policy(std::string_view text,
                                                            const std::string& file);

}  // namespace sekimori
