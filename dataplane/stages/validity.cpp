#include "dataplane/stages/validity.hpp"

#include <algorithm>

namespace sekimori {
namespace {

/// A fragmented segment cannot be authenticated or translated, so where SYNs are, its fragments do
/// not pass. TCP stacks send none (RFC 1191, RFC 8201).
bool authenticates_tcp(const PolicyTables& policy, const ObjectRecord& object) {
  if (object.syn_mode != SynMode::off) return true;
  const auto services =
      policy.image().services().subspan(object.first_service, object.service_count);
  return std::ranges::any_of(services,
                             [](const ServiceRecord& s) { return s.syn_mode != SynMode::off; });
}

}  // namespace

void check_validity(Burst& burst, StageContext& context) {
  burst.for_each_open([&](std::size_t i) {
    const Headers& headers = burst.headers[i];
    if (headers.fault) return burst.drop(i, *headers.fault);
    if (burst.from == Side::inside) return;
    const ObjectRecord& object = context.policy.object(burst.object[i]);
    if (headers.kind == Kind::unparsed && object.unparsed == Action::drop) {
      return burst.drop(i, DropReason::unparsed);
    }
    if (headers.kind == Kind::fragment &&
        (object.fragments == Action::drop ||
         (headers.protocol == protocol::tcp && authenticates_tcp(context.policy, object)))) {
      return burst.drop(i, DropReason::fragment_refused);
    }
  });
}

}  // namespace sekimori
