#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Counts for each object what came, what its servers sent, and what became of it. Comes last, as
/// the meters of many objects take their time to arrive.
void meter(Burst& burst, StageContext& context);

}  // namespace sekimori
