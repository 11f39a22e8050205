#include "dataplane/stages/given_up.hpp"

namespace sekimori {

void drop_given_up(Burst& burst, StageContext& context) {
  const PolicyTables& policy = context.policy;
  if (burst.from == Side::inside || !policy.any_destination_given_up()) return;
  burst.for_each_run(burst.open, [&](std::uint32_t index, std::uint64_t run) {
    const ProtectedObject& object = policy.protected_object(index);
    if (!object.gives_up_destinations) return;
    for_each_packet(run, [&](std::size_t i) {
      if (policy.gives_up(object, burst.destination(i))) {
        burst.drop(i, DropReason::destination_given_up);
      }
    });
  });
}

}  // namespace sekimori
