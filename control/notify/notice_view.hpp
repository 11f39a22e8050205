#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/model/delivery.hpp"
#include "control/model/incident.hpp"

namespace sekimori {

/// What one reader is shown of an incident: of a tenant, only what concerns its own objects, and no
/// word that the machine wrote for operators. All text is clean (`clean_text`).
struct NoticeView {
  Occasion occasion{};
  std::string node;                    ///< the name of this box
  std::string tenant;                  ///< the reader; empty: the operators
  std::vector<std::string> inquiries;  ///< addresses for questions
  std::uint64_t sent_ms = 0;           ///< when the notice was made

  std::uint64_t incident = 0;  ///< 0 of a test; then nothing below holds
  Subject subject;             ///< what is judged; its name is only for operators
  IncidentKind kind = IncidentKind::unknown;
  std::string protocol;
  std::vector<Vector> vectors;
  std::uint64_t began_ms = 0;
  std::uint64_t recorded_ms = 0;
  std::optional<std::uint64_t> mitigated_ms;
  std::optional<std::uint64_t> ended_ms;
  /// No value when the rates are of more than the reader's own objects.
  std::optional<double> peak_rate;
  std::optional<double> threshold;
  std::vector<ObjectState> affected;
  std::vector<ObjectState> unaffected;
  std::uint32_t unaffected_count = 0;
  std::vector<ActionRecord> actions;

  // Only for operators.
  std::vector<Criterion> criteria;  ///< of the kind that was recognised
  std::vector<Share> sources;
  std::vector<Share> ports;
  std::vector<std::string> next_steps;

  [[nodiscard]] bool for_operators() const { return tenant.empty(); }
};

/// What operators see of an incident.
[[nodiscard]] NoticeView operators_view(const Incident& incident);
/// What a tenant sees of it.
[[nodiscard]] NoticeView tenant_view(const Incident& incident, const std::string& tenant);
/// The tenants whom an incident concerns, each once.
[[nodiscard]] std::vector<std::string> affected_tenants(const Incident& incident);

/// What a reader has to be told again when it changes: the kind, the objects, the steps that were
/// taken or wait for approval, and the end. Rates change all the time and are not in it, nor is the
/// end of a step.
[[nodiscard]] std::string content_version(const NoticeView& view);

}  // namespace sekimori
