#include "control/daemon/mitigation_times.hpp"

namespace sekimori {

void MitigationTimes::remember(const Incident& incident) {
  if (incident.mitigated_ms)
    times_[incident.id] = {.revision = 0, .unix_ms = incident.mitigated_ms};
}

void MitigationTimes::apply(Incident& incident, std::uint64_t revision) {
  if (!incident.mitigated_ms) return;
  const auto [time, fresh] = times_.try_emplace(incident.id, Time{revision, std::nullopt});
  incident.mitigated_ms = time->second.unix_ms;
  if (incident.ended_ms) times_.erase(time);
}

std::vector<std::uint64_t> MitigationTimes::confirm(std::uint64_t revision,
                                                    std::uint64_t since_unix_ms) {
  std::vector<std::uint64_t> known_now;
  for (auto& [incident, time] : times_) {
    if (time.unix_ms || time.revision > revision) continue;
    time.unix_ms = since_unix_ms;
    known_now.push_back(incident);
  }
  return known_now;
}

}  // namespace sekimori
