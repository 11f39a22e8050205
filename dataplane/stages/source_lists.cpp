#include "dataplane/stages/source_lists.hpp"

namespace sekimori {

void apply_source_lists(Burst& burst, StageContext& context) {
  if (burst.from == Side::inside) return;
  const PolicyTables& policy = context.policy;
  const PrefixMap& box_list = policy.source_list(0);
  burst.for_each_open([&](std::size_t i) {
    const Address& source = burst.headers[i].source;
    const std::uint32_t list = policy.object(burst.object[i]).source_list;
    std::uint32_t found = PrefixMap::none;
    if (list != 0) found = policy.source_list(list).find(source);
    if (found == PrefixMap::none) found = box_list.find(source);
    if (found == PrefixMap::none) return;
    if (static_cast<SourceAction>(found) == SourceAction::block) {
      burst.drop(i, DropReason::source_blocked);
    } else {
      burst.trusted |= std::uint64_t{1} << i;
    }
  });
}

}  // namespace sekimori
