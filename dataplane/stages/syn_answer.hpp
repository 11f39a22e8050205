#pragma once

#include "dataplane/stages/burst.hpp"

namespace sekimori {

// Stateless answers to SYNs, of the modes `proxy` and `reset`.

/// Works the answers to the SYNs in `burst.to_answer` out and starts to fetch what sending them
/// will touch, so that other work can be done meanwhile.
void prepare_answers(Burst& burst, StageContext& context);

/// Answers the SYNs in `burst.to_answer` with SYN-ACKs that carry a cookie and offer what the
/// server would, after preparing those that are not.
void answer_syns(Burst& burst, StageContext& context);

}  // namespace sekimori
