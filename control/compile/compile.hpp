#pragma once

#include <string>
#include <tl/expected.hpp>

#include "common/policy_image.hpp"
#include "control/model/policy.hpp"

namespace sekimori {

/// Translates a checked policy into the records of an image. The same policy always gives the same
/// contents.
[[nodiscard]] PolicyContents policy_contents(const Policy& policy);

/// Builds the image. A policy that `read_policy` returned keeps all its bounds, so an error means
/// that the two disagree about one.
[[nodiscard]] tl::expected<PolicyImage, std::string> compile_policy(const Policy& policy);

}  // namespace sekimori
