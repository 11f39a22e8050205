#pragma once

#include <string>
#include <tl/expected.hpp>

#include "control/daemon/options.hpp"

namespace sekimori {

/// Makes the state folder with what must be secret: the master secret of the cookie keys, the
/// secret that signs webhooks, the authority of the certificates and the server's own. What is
/// there already stays. Prints what it made, and never a secret.
tl::expected<void, std::string> initialise(const InitOptions& options);

}  // namespace sekimori
