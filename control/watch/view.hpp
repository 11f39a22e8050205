#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "control/ladder/rungs.hpp"
#include "control/model/incident.hpp"
#include "control/model/vector.hpp"

namespace sekimori {

// What others are shown of a Watch: plain copies.

/// One vector of an object, prefix or tenant. Rates are those of the last second, in the vector's
/// unit.
struct VectorView {
  double offered = 0;    ///< what arrives from outside
  double passed = 0;     ///< about what goes on to the server
  double threshold = 0;  ///< scaled by the protection level; 0: none
  double raised = 0;     ///< the threshold that the ladder judges by now; equal if not raised
  bool learned = false;  ///< the threshold is not the policy's
  LadderState state = LadderState::normal;
};

struct SubjectView {
  Subject subject;
  std::string tenant;  ///< empty: nobody's, or several tenants'
  PerVector<VectorView> vectors;
  std::uint64_t incident_id = 0;  ///< of the open one; 0: none
};

struct WatchTotals {
  std::uint64_t objects = 0;
  std::uint64_t prefixes = 0;
  std::uint64_t tenants = 0;
  std::uint64_t open_incidents = 0;
  std::uint64_t measures = 0;
  /// Objects by the highest state of any of their vectors.
  std::array<std::uint64_t, ladder_state_count> objects_in_state{};
};

}  // namespace sekimori
