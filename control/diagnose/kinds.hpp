#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "control/diagnose/features.hpp"
#include "control/model/incident.hpp"

namespace sekimori {

/// How a criterion's figure is written.
enum class Figure : std::uint8_t { share, times, count, yes_no, seconds };

struct CriterionRule {
  std::string_view what;
  Figure figure{};
  bool at_least = true;  ///< else at most
  double bound = 0;
  double Features::*value = nullptr;
};

struct KindRule {
  IncidentKind kind{};
  std::vector<CriterionRule> criteria;
};

/// The one table: every kind but `unknown`, the more specific before the more general. The first
/// kind all of whose criteria are met is the one that is recognised.
[[nodiscard]] std::span<const KindRule> kind_rules();

/// Puts the features to the table. All kinds are candidates, with what was found.
[[nodiscard]] Diagnosis recognise(const Features& features);

/// What an operator should do now.
[[nodiscard]] std::vector<std::string> advice_for(const Incident& incident);

}  // namespace sekimori
