#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

}  // namespace sekimori
