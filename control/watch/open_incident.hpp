#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <vector>

#include "control/ladder/ladder.hpp"
#include "control/model/incident.hpp"

namespace sekimori {

/// Why an incident was opened.
enum class Cause : std::uint8_t { load, server, outside_link, inside_link };

/// What an incident is about: at most one is open for each.
struct IncidentKey {
  Cause cause = Cause::load;
  Subject subject;
  friend auto operator<=>(const IncidentKey&, const IncidentKey&) = default;
};

/// An incident that has not ended, with what is needed to go on with it. Times are monotonic.
struct OpenIncident {
  Incident record;
  ActionHolders holders;
  std::vector<Ladder> ladders;       ///< one for each vector that was ever abnormal
  PerVector<double> peaks;           ///< highest rates
  PerVector<double> thresholds;      ///< that they passed
  std::set<std::uint32_t> carriers;  ///< of a group: members that carry the excess
  std::set<std::uint32_t>
      authenticated;  ///< of a group: members for which sources prove themselves
  std::uint64_t opened_ms = 0;
  std::uint64_t diagnosed_ms = 0;
  std::uint64_t sent_ms = 0;
  std::uint64_t well_since_ms = 0;  ///< of a link or server: since when it is up; 0: it is not
  /// A kind that was found instead of the recorded one, and how often in a row.
  IncidentKind other_kind = IncidentKind::unknown;
  std::uint32_t other_kind_count = 0;
  bool changed = true;  ///< since it was last handed out
  bool ended = false;
};

}  // namespace sekimori
