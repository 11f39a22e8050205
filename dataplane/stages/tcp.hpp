#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Takes every TCP segment of a protected object to what its connection or, without one, its SYN
/// mode asks for. Segments that the server shall get, or the client, stay open.
void handle_tcp(Burst& burst, StageContext& context);

}  // namespace sekimori
