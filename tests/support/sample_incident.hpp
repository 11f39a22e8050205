#pragma once

#include "control/model/incident.hpp"

namespace sekimori::test {

/// A SYN flood on one of 217 tenants, with every field filled in: authenticated, and giving up the
/// destination waits for approval.
[[nodiscard]] Incident flood_incident();

/// Something that no kind explains, still without a measure.
[[nodiscard]] Incident unknown_incident();

}  // namespace sekimori::test
