#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "control/model/incident.hpp"
#include "control/store/database.hpp"

namespace sekimori {

/// Which incidents to list, the newest first. What has no value chooses nothing.
struct IncidentQuery {
  std::optional<bool> open;
  std::optional<std::string> object;  ///< that it is about, or that is affected
  std::optional<std::string> tenant;
  std::optional<std::uint64_t> before;  ///< only identifiers below
  std::size_t at_most = 100;
};

/// The records of incidents. Beyond `max_incidents` the oldest that have ended are removed. Every
/// change is on the disk when its call returns.
class IncidentLog {
 public:
  static constexpr std::uint64_t max_incidents = 20'000;

  explicit IncidentLog(Database& database) : database_(database) {}

  /// Adds a record, or puts it in the place of the one with the same identifier.
  tl::expected<void, std::string> put(const Incident& incident);
  tl::expected<std::optional<Incident>, std::string> get(std::uint64_t id);
  tl::expected<std::vector<Incident>, std::string> list(const IncidentQuery& query);

  struct LastIds {
    std::uint64_t incident = 0;
    std::uint64_t action = 0;
  };
  /// The highest that were ever put, removed ones included; 0 before the first.
  tl::expected<LastIds, std::string> last_ids();

 private:
  void index_objects(const Incident& incident);
  void note_ids(const Incident& incident);
  void prune();

  Database& database_;
};

}  // namespace sekimori
