#include "dataplane/stages/source_lists.hpp"

namespace sekimori {

std::optional<SourceAction> listed_action(const PolicyTables& policy, const ObjectRecord& object,
                                          const Address& address) {
  std::uint32_t found = PrefixMap::none;
  if (object.source_list != 0) found = policy.source_list(object.source_list).find(address);
  if (found == PrefixMap::none) found = policy.source_list(0).find(address);
  if (found == PrefixMap::none) return std::nullopt;
  return static_cast<SourceAction>(found);
}

void apply_source_lists(Burst& burst, StageContext& context) {
  if (burst.from == Side::inside || context.policy.source_lists_empty()) return;
  burst.for_each_open([&](std::size_t i) {
    const auto action = listed_action(context.policy, context.policy.object(burst.object[i]),
                                      burst.headers(i).source);
    if (!action) return;
    if (*action == SourceAction::block) {
      burst.drop(i, DropReason::source_blocked);
    } else {
      burst.trusted |= std::uint64_t{1} << i;
    }
  });
}

}  // namespace sekimori
