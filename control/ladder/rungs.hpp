#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "control/model/defence.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

/// Where an object and vector stand. The order is that of the ladder, except for `recovery`.
enum class LadderState : std::uint8_t {
  normal,
  alert,
  authenticate,
  block_sources,
  raise_threshold,
  give_up,
  recovery,  ///< all steps have ended; the load is watched for a while before all is normal
};
inline constexpr std::size_t ladder_state_count = 7;
inline constexpr std::array<std::string_view, ladder_state_count> ladder_state_names{
    "normal", "alert", "authenticate", "block-sources", "raise-threshold", "give-up", "recovery"};

/// Which load decides whether a step may end: the one that would be there without it.
enum class CalmBy : std::uint8_t {
  offered,  ///< what arrives, and what blocked sources would send
  passed,   ///< what goes on to the server
};

/// Which load makes a step necessary.
enum class WantedBy : std::uint8_t {
  passed_above_threshold,  ///< also above a raised one
  beyond_bearing,          ///< passed above the capacity, or the box or others are endangered
};

/// One rung of the ladder. The table in ladder.cpp has one for each step, from the bottom up.
struct StepRule {
  Step step{};
  LadderState state{};
  WantedBy wanted_by{};
  CalmBy calm_by{};
  std::string_view reason;
};

[[nodiscard]] const std::array<StepRule, step_count>& step_rules();

/// Whether proof of a source by a TCP handshake may lower this vector. Of all packets and all bits
/// only when TCP dominates them.
[[nodiscard]] bool lowered_by_authentication(Vector vector, bool tcp_dominates);

/// The capacity that bounds a vector, in its unit; 0: not declared. A SYN asks for a connection, so
/// it is bounded by the new connections as well as by the packets.
[[nodiscard]] double capacity_of(const CapacityPolicy& capacity, Vector vector);

}  // namespace sekimori
