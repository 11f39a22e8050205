#pragma once

#include <optional>

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// What the lists say of an address outside: the object's list is asked first, then the box's; in
/// each the longest prefix wins. Empty when neither names it.
[[nodiscard]] std::optional<SourceAction> listed_action(const PolicyTables& policy,
                                                        const ObjectRecord& object,
                                                        const Address& address);

/// Applies allow and block lists to what comes from outside. A blocked source is dropped; an
/// allowed one is trusted: it needs no authentication and meets no limits.
void apply_source_lists(Burst& burst, StageContext& context);

}  // namespace sekimori
