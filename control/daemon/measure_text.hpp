#pragma once

#include <string>
#include <string_view>

#include "control/model/defence.hpp"
#include "control/model/measure.hpp"

namespace sekimori {

/// The step of the ladder that a measure belongs to.
[[nodiscard]] Step step_of(const MeasureKind& kind);
/// "authenticate-sources", "block-sources", ...
[[nodiscard]] std::string_view kind_text(const MeasureKind& kind);
/// In words: "SYN mode proxy", "3 sources: 192.0.2.7/32, ...".
[[nodiscard]] std::string measure_text(const MeasureKind& kind);

}  // namespace sekimori
