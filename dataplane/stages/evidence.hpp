#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

// What is kept of the traffic itself, to tell later what it was and who sent most of it.

/// Takes a packet from outside to an object as a sample, if one is due; before anything is
/// rewritten.
void begin_sample(Burst& burst, StageContext& context);
/// Shows the sample, when all is decided.
void finish_sample(const Burst& burst, StageContext& context);

/// Counts what the sources of proved segments have sent, by a sample of bursts. Connections are all
/// counted, where a cookie opens them.
void count_sources(Burst& burst, StageContext& context);

/// Counts a connection, or another proof, that a source has just opened with a packet. Returns
/// whether the source was not among those that are known for the object.
bool count_connection(const Burst& burst, StageContext& context, std::size_t i);

}  // namespace sekimori
