#pragma once

#include "control/model/delivery.hpp"
#include "control/store/database.hpp"

namespace sekimori {

/// The log of deliveries in the store. Beyond `max_deliveries` the oldest that are finished are
/// removed; when that many are pending, no more are taken.
class DeliveryStore final : public DeliveryLog {
 public:
  static constexpr std::uint64_t max_deliveries = 200'000;

  explicit DeliveryStore(Database& database) : database_(database) {}

  tl::expected<std::vector<std::string>, std::string> enqueue(
      std::span<const Delivery> deliveries) override;
  tl::expected<std::vector<Delivery>, std::string> pending() override;
  tl::expected<void, std::string> mark(const std::string& key,
                                       const DeliveryProgress& progress) override;
  tl::expected<std::vector<Recipient>, std::string> recipients(std::uint64_t incident) override;
  tl::expected<std::vector<Delivery>, std::string> list(const DeliveryFilter& filter) override;

 private:
  void prune();

  Database& database_;
};

}  // namespace sekimori
