#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// Translates the TCP segment that an ICMP error quotes, so that path MTU discovery and
/// unreachability reach the end of a spliced connection that can use them (RFC 1191, RFC 8201, RFC
/// 5927). An error from outside that quotes no known connection of a proxied service is dropped.
void translate_icmp_errors(Burst& burst, StageContext& context);

}  // namespace sekimori
