#pragma once

#include <string>
#include <tl/expected.hpp>

#include "common/policy_image.hpp"

namespace sekimori {

/// Why a policy could not be had, and the status that the program should end with.
struct PolicySourceError {
  /// 2: the policy is wrong. 1: reading or translating it failed.
  int exit_status = 1;
  /// Empty when `sekictl` has already explained it on standard error.
  std::string message;
};

/// Loads a policy image, or a TOML policy by running `sekictl compile PATH -o -` from the folder of
/// the calling program. What `sekictl` writes to standard error goes to ours.
tl::expected<PolicyImage, PolicySourceError> load_policy(const std::string& path);

}  // namespace sekimori
