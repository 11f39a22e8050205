#pragma once

#include <optional>

#include "dataplane/stages/burst.hpp"

namespace sekimori {

/// What the lists say of an address outside: the object's list is asked first, then the box's; in
/// each the longest prefix wins. What neither of them allows, a measure may block. Empty when
/// nothing names the address.
[[nodiscard]] std::optional<SourceAction> listed_action(const PolicyTables& policy,
                                                        const ProtectedObject& object,
                                                        const Address& address);

/// Applies allow and block lists to what comes from outside. A blocked source is dropped; an
/// allowed one is trusted: it needs no authentication and meets no limits.
void apply_source_lists(Burst& burst, StageContext& context);

}  // namespace sekimori
