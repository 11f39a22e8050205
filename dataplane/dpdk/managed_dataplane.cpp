#include "dataplane/dpdk/managed_dataplane.hpp"

#include <unistd.h>

namespace sekimori {

Now ManagedDataplane::note_call() {
  const Now now = read_clock();
  set(header_.management_heartbeat_unix_ns, now.unix_ns);
  return now;
}

ManagementStatus ManagedDataplane::status() {
  note_call();
  return {.instance = instance_,
          .version = SEKIMORI_VERSION,
          .process_id = static_cast<std::uint64_t>(getpid()),
          .started_unix_ns = header_.started_unix_ns,
          .policy_id = policy_.generations().current().image().id(),
          .policy_generation = header_.policy_generation,
          .measures_revision = policy_.measures().revision(),
          .measures_in_force = static_cast<std::uint32_t>(policy_.measures().measures().size()),
          .last_cookie_slot = cookie_keys_.last_slot()};
}

tl::expected<AppliedPolicy, ManagementError> ManagedDataplane::apply_policy(PolicyImage image) {
  note_call();
  return policy_.apply(std::move(image));
}

tl::expected<void, ManagementError> ManagedDataplane::set_measures(MeasureSet set) {
  return policy_.set_measures(std::move(set), note_call().monotonic_ms());
}

tl::expected<std::uint64_t, ManagementError> ManagedDataplane::set_cookie_keys(
    std::vector<SlotKey> keys) {
  auto last_slot = cookie_keys_.accept(keys, note_call().unix_s());
  if (!last_slot) return refuse(ManagementError::Kind::invalid, last_slot.error());
  return *last_slot;
}

}  // namespace sekimori
