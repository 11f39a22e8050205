#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Drops everything from outside to addresses that a measure has given up, from trusted sources,
/// too: what endangers others is the load, whoever it is from. Other addresses of the same object
/// are not touched.
void drop_given_up(Burst& burst, StageContext& context);

}  // namespace sekimori
