#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "control/model/incident.hpp"

namespace sekimori {

/// When the first measure of each incident came into force. The watch knows when it decided on one;
/// only the dataplane's answer says when it was there.
class MitigationTimes {
 public:
  /// Takes over what an earlier control has recorded.
  void remember(const Incident& incident);
  /// Puts into a record what is known. `revision` is that of the measures wanted now, which hold
  /// the incident's if it has any.
  void apply(Incident& incident, std::uint64_t revision);
  /// The dataplane has all measures up to `revision` since then. Returns the incidents whose time
  /// is known only now.
  std::vector<std::uint64_t> confirm(std::uint64_t revision, std::uint64_t since_unix_ms);

 private:
  struct Time {
    std::uint64_t revision = 0;
    std::optional<std::uint64_t> unix_ms;
  };
  std::map<std::uint64_t, Time> times_;
};

}  // namespace sekimori
