#include "dataplane/state/backend_table.hpp"

namespace sekimori {

BackendProfile BackendTable::advertised(std::uint64_t hash, const Address& server,
                                        std::uint16_t port, std::uint64_t slot,
                                        const BackendProfile& assumed) const {
  const std::uint32_t index = table_.find(hash, {.server = server, .port = port});
  if (index == Table::none) return assumed;
  const Entry& entry = table_[index];
  BackendProfile profile = entry.profile;
  if (slot >= entry.next_scale_slot) profile.window_scale = entry.next_scale;
  return profile;
}

bool BackendTable::learn(const Address& server, std::uint16_t port, std::uint64_t slot,
                         const TcpOptions& syn_ack, const Offered& offered,
                         const BackendProfile& assumed) {
  const Key key{.server = server, .port = port};
  const std::uint64_t h = hash(server, port);
  std::uint32_t index = table_.find(h, key);
  const bool is_new = index == Table::none;
  if (is_new) {
    index = table_.insert(h, key);
    // Without room the server keeps its assumed profile, which windows are rescaled from.
    if (index == Table::none) return false;
    table_[index].profile = assumed;
    table_[index].next_scale = assumed.window_scale;
  }
  Entry& entry = table_[index];
  // Cookies of the slot before are still on their way, so the scale of that slot has to stay known.
  if (slot > entry.next_scale_slot) entry.profile.window_scale = entry.next_scale;

  BackendProfile learned = entry.profile;
  if (syn_ack.mss != 0) learned.mss = syn_ack.mss;
  if (offered.sack || syn_ack.sack_permitted()) learned.sack = syn_ack.sack_permitted();
  if (offered.timestamps || syn_ack.has_timestamps()) learned.timestamps = syn_ack.has_timestamps();
  // In the first slot of a new scale both are taken; a third waits for a later handshake.
  const bool room = slot != entry.next_scale_slot || entry.next_scale_slot == 0;
  const bool scale_changes =
      offered.window_scale && syn_ack.window_scale != entry.next_scale && room;
  if (scale_changes) {
    entry.next_scale = syn_ack.window_scale;
    entry.next_scale_slot = slot + 1;
  }
  const bool changed = is_new || scale_changes || !(learned == entry.profile);
  entry.profile = learned;
  return changed;
}

}  // namespace sekimori
