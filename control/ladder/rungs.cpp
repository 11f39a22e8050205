#include "control/ladder/rungs.hpp"

#include <algorithm>

namespace sekimori {

const std::array<StepRule, step_count>& step_rules() {
  static constexpr std::array<StepRule, step_count> rules{{
      {.step = Step::authenticate,
       .state = LadderState::authenticate,
       .wanted_by = WantedBy::passed_above_threshold,
       .calm_by = CalmBy::offered,
       .reason =
           "the gentlest step: a real client pays at most a round trip or a retry, and forged "
           "sources no longer reach the server"},
      {.step = Step::block_sources,
       .state = LadderState::block_sources,
       .wanted_by = WantedBy::passed_above_threshold,
       .calm_by = CalmBy::offered,
       .reason = "these sources have proved that they are real, and each sends far more than the "
                 "others"},
      {.step = Step::raise_threshold,
       .state = LadderState::raise_threshold,
       .wanted_by = WantedBy::passed_above_threshold,
       .calm_by = CalmBy::passed,
       .reason = "no more sources can be told apart, and the service is declared to bear what "
                 "passes"},
      {.step = Step::give_up,
       .state = LadderState::give_up,
       .wanted_by = WantedBy::beyond_bearing,
       .calm_by = CalmBy::offered,
       .reason = "one destination is given up so that all others keep their service"},
  }};
  return rules;
}

bool lowered_by_authentication(Vector vector, bool tcp_dominates) {
  switch (vector) {
    case Vector::syn:
    case Vector::tcp_flags:
    case Vector::new_connections:
    case Vector::new_sources:
      return true;
    case Vector::packets:
    case Vector::bits:
      return tcp_dominates;
    default:
      return false;
  }
}

double capacity_of(const CapacityPolicy& capacity, Vector vector) {
  const auto packets = static_cast<double>(capacity.packets_per_s);
  const auto connections = static_cast<double>(capacity.new_connections_per_s);
  switch (vector) {
    case Vector::bits:
      return static_cast<double>(capacity.bits_per_s);
    case Vector::new_connections:
    case Vector::new_sources:
      return connections;
    case Vector::syn:
      if (packets <= 0 || connections <= 0) return std::max(packets, connections);
      return std::min(packets, connections);
    default:
      return packets;
  }
}

}  // namespace sekimori
