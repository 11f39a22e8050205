#pragma once

#include <string>
#include <tl/expected.hpp>

#include "control/daemon/options.hpp"

namespace sekimori {

/// The life of the control plane: opens everything, prints `ready`, works until SIGTERM or SIGINT,
/// and closes everything again. The error says what is in the way and what to do.
tl::expected<void, std::string> run_control(const RunOptions& options);

}  // namespace sekimori
