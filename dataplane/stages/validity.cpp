#include "dataplane/stages/validity.hpp"

namespace sekimori {

void check_validity(Burst& burst, StageContext& context) {
  for_each_packet(burst.open & burst.doubtful, [&](std::size_t i) {
    const Headers& headers = burst.headers(i);
    if (headers.fault) return burst.drop(i, *headers.fault);
    if (burst.from == Side::inside) return;
    const ProtectedObject& object = context.policy.protected_object(burst.object[i]);
    if (headers.kind == Kind::unparsed && object.record.unparsed == Action::drop) {
      return burst.drop(i, DropReason::unparsed);
    }
    // A fragmented segment cannot be authenticated or translated, so where SYNs are, its fragments
    // do not pass. TCP stacks send none (RFC 1191, RFC 8201).
    if (headers.kind == Kind::fragment &&
        (object.record.fragments == Action::drop ||
         (headers.protocol == protocol::tcp && object.authenticates_tcp))) {
      return burst.drop(i, DropReason::fragment_refused);
    }
  });
}

}  // namespace sekimori
