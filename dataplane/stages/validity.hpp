#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Drops packets whose headers broke a rule while they were parsed, and those that the object does
/// not accept because they cannot be judged: fragments and packets whose headers go on for too
/// long.
void check_validity(Burst& burst, StageContext& context);

}  // namespace sekimori
