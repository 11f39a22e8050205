#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// The class that a packet is metered and limited as.
[[nodiscard]] TrafficClass traffic_class(Kind kind);

/// Counts what comes for each object, and what its servers send, before anything is decided about
/// it.
void meter(Burst& burst, StageContext& context);

}  // namespace sekimori
