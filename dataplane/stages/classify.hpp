#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Parses every frame and finds the protected object that it goes to, or comes from on the inside.
/// What belongs to no object gets the policy's verdict here; what breaks a rule of its headers is
/// dropped, unless it is on its way to or from something that is not protected.
void classify(Burst& burst, StageContext& context);

}  // namespace sekimori
