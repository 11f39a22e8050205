#pragma once

#include <cstddef>
#include <string>

#include "control/model/incident.hpp"

namespace sekimori {

// An incident as operators read it. All text from outside is made harmless first: a terminal obeys
// none of it, and Markdown shows it as it is.

inline constexpr std::size_t report_columns = 100;

/// For a terminal, at most `report_columns` wide.
[[nodiscard]] std::string incident_text(const Incident& incident);

/// For tickets and mails, in GitHub's Markdown (tables).
[[nodiscard]] std::string incident_markdown(const Incident& incident);

}  // namespace sekimori
