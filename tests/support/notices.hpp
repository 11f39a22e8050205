#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "control/model/delivery.hpp"
#include "control/model/incident.hpp"
#include "control/notify/notifier.hpp"

namespace sekimori::test {

/// A SYN flood on `web-kita`, of tenant kita, that also reaches `mail-minami` of tenant minami,
/// with one step in force and one that waits. It began on 2025-06-03 at 05:05:22 UTC.
[[nodiscard]] Incident sample_incident();
/// The same when it has ended.
[[nodiscard]] Incident ended_incident();

/// Tenants kita (Japanese) and minami (English) with one mail address and one webhook each, and
/// operators with the same and syslog.
[[nodiscard]] NotifyDirectory sample_directory();

/// Keeps deliveries in memory, as the store does on disk. It outlives notifiers.
class MemoryDeliveryLog : public DeliveryLog {
 public:
  tl::expected<std::vector<std::string>, std::string> enqueue(
      std::span<const Delivery> deliveries) override;
  tl::expected<std::vector<Delivery>, std::string> pending() override;
  tl::expected<void, std::string> mark(const std::string& key,
                                       const DeliveryProgress& progress) override;
  tl::expected<std::vector<Recipient>, std::string> recipients(std::uint64_t incident) override;
  tl::expected<std::vector<Delivery>, std::string> list(const DeliveryFilter& filter) override;

  /// From now on every call fails, as on a full disk.
  void break_down();
  [[nodiscard]] std::size_t count(DeliveryState state) const;
  [[nodiscard]] std::vector<Delivery> all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Delivery> deliveries_;
  bool broken_ = false;
};

}  // namespace sekimori::test
