#include "dataplane/stages/source_lists.hpp"

namespace sekimori {

std::optional<SourceAction> listed_action(const PolicyTables& policy, const ProtectedObject& object,
                                          const Address& address) {
  const std::uint32_t list = object.record.source_list;
  std::uint32_t found = PrefixMap::none;
  if (list != 0) found = policy.source_list(list).find(address);
  if (found == PrefixMap::none) found = policy.source_list(0).find(address);
  if (found == static_cast<std::uint32_t>(SourceAction::allow)) return SourceAction::allow;
  if (found != PrefixMap::none || policy.blocks(object, address)) return SourceAction::block;
  return std::nullopt;
}

void apply_source_lists(Burst& burst, StageContext& context) {
  const PolicyTables& policy = context.policy;
  const bool lists = !policy.source_lists_empty();
  if (burst.from == Side::inside || (!lists && !policy.any_source_blocked())) return;
  burst.for_each_run(burst.open, [&](std::uint32_t index, std::uint64_t run) {
    const ProtectedObject& object = policy.protected_object(index);
    if (!lists && !object.blocks_sources) return;
    for_each_packet(run, [&](std::size_t i) {
      const auto action = listed_action(policy, object, burst.source(i));
      if (!action) return;
      if (*action == SourceAction::block) {
        burst.drop(i, DropReason::source_blocked);
      } else {
        burst.trusted |= std::uint64_t{1} << i;
      }
    });
  });
}

}  // namespace sekimori
