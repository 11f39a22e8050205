#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Holds what is left of the traffic to each object to the object's rates, first of the packet's
/// class, then of everything. It comes last, so that packets which authentication has dropped use
/// up no rate.
void apply_limits(Burst& burst, StageContext& context);

}  // namespace sekimori
