#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Counts what comes for each object, and what its servers send, before anything is decided about
/// it.
void meter(Burst& burst, StageContext& context);

}  // namespace sekimori
