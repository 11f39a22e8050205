#include "control/notify/outgoing.hpp"

namespace sekimori {

void Outgoing::add(Delivery delivery, std::string origin) {
  const std::string key = delivery.key;
  by_due_.emplace(delivery.progress.due_ms, key);
  ++by_channel_[static_cast<std::size_t>(delivery.recipient.channel)];
  entries_.emplace(key, Entry{std::move(delivery), std::move(origin)});
}

void Outgoing::reschedule(const std::string& key, const DeliveryProgress& progress) {
  Entry& entry = entries_.at(key);
  by_due_.erase({entry.delivery.progress.due_ms, key});
  entry.delivery.progress = progress;
  by_due_.emplace(progress.due_ms, key);
}

void Outgoing::remove(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  by_due_.erase({found->second.delivery.progress.due_ms, key});
  --by_channel_[static_cast<std::size_t>(found->second.delivery.recipient.channel)];
  entries_.erase(found);
}

std::optional<std::uint64_t> Outgoing::next_due_after(std::uint64_t now_ms) const {
  const auto next = by_due_.upper_bound({now_ms + 1, ""});
  if (next == by_due_.end()) return std::nullopt;
  return next->first;
}

}  // namespace sekimori
