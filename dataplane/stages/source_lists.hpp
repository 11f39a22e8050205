#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Applies allow and block lists to what comes from outside. The object's list is asked first, then
/// the box's; in each the longest prefix wins. A blocked source is dropped; an allowed one is
/// trusted: it needs no authentication and meets no limits.
void apply_source_lists(Burst& burst, StageContext& context);

}  // namespace sekimori
