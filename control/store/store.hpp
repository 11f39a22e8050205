#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "control/store/audit_log.hpp"
#include "control/store/baseline_store.hpp"
#include "control/store/database.hpp"
#include "control/store/delivery_store.hpp"
#include "control/store/incident_log.hpp"
#include "control/store/policy_history.hpp"
#include "control/store/watch_state.hpp"

namespace sekimori {

/// All that control remembers beyond its own end, in one file. Any thread may use it.
class Store {
 public:
  /// See Database::open for what can be wrong.
  static tl::expected<std::unique_ptr<Store>, std::string> open(const std::string& path);

  /// For changes to several logs that come into force together, with `Database::attempt`.
  [[nodiscard]] Database& database() { return *database_; }
  [[nodiscard]] PolicyHistory& policies() { return policies_; }
  [[nodiscard]] IncidentLog& incidents() { return incidents_; }
  [[nodiscard]] DeliveryStore& deliveries() { return deliveries_; }
  [[nodiscard]] WatchState& watch_state() { return watch_state_; }
  [[nodiscard]] BaselineStore& baselines() { return baselines_; }
  [[nodiscard]] AuditLog& audit() { return audit_; }

 private:
  explicit Store(std::unique_ptr<Database> database)
      : database_(std::move(database)),
        policies_(*database_),
        incidents_(*database_),
        deliveries_(*database_),
        watch_state_(*database_),
        baselines_(*database_),
        audit_(*database_) {}

  std::unique_ptr<Database> database_;
  PolicyHistory policies_;
  IncidentLog incidents_;
  DeliveryStore deliveries_;
  WatchState watch_state_;
  BaselineStore baselines_;
  AuditLog audit_;
};

}  // namespace sekimori
