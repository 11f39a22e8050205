#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/demo/phase.hpp"
#include "tests/support/control.hpp"

namespace sekimori::demo {

/// Waits until the control plane has told everything about the one incident of the demo, its end
/// included, and gathers it. `flood_began_ms` is the Unix time of the flood's first packet.
KeeperResult keeper_result(const lab::Control& control, std::uint64_t flood_began_ms);

}  // namespace sekimori::demo
