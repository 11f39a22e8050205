#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "control/model/incident.hpp"
#include "control/model/tenant.hpp"

namespace sekimori {

/// The fixed words of notices in one language. `{name}` stands for what `fill` puts there.
struct Phrases {
  std::array<std::string_view, incident_kind_texts.size()> kinds;
  std::string_view kind_never_known;  ///< of an incident that ended unrecognised
  std::string_view amplification;     ///< {protocol}
  std::array<std::string_view, vector_count> vectors;
  std::array<std::string_view, level_names.size()> levels;
  std::array<std::string_view, step_count> steps;
  std::array<std::string_view, action_state_names.size()> action_states;

  std::array<std::string_view, 4> subjects;  ///< by occasion: {kind} {objects} {incident} {node}
  std::string_view many_objects;             ///< {object} {count}
  std::string_view greeting_tenant;          ///< {tenant}
  std::string_view greeting_operators;
  std::array<std::string_view, 4> introductions;  ///< by occasion: {node}

  // The titles of the parts.
  std::string_view title_mark;
  std::string_view about, incident, began, recorded, mitigated, ended, objects, kind, extent;
  std::string_view actions_now, actions_taken, unaffected, criteria, traffic, next, inquiries;

  std::array<std::string_view, 4> abouts;  ///< by occasion: {kind}
  std::string_view extent_tenant;          ///< {count}
  std::string_view extent_operators;       ///< {count} {tenants} {subject}
  std::string_view exceeded;               ///< {vectors}
  std::string_view rate;                   ///< {vector} {peak} {threshold}
  std::string_view action_line;            ///< {state} {object} {step} {began} {ended}
  std::string_view action_until;           ///< {time}
  std::string_view action_approve;         ///< {id}
  std::string_view no_actions_now, no_actions_taken;
  std::string_view unaffected_tenant;
  std::string_view unaffected_tenant_list;     ///< {objects}
  std::string_view unaffected_operators;       ///< {count}
  std::string_view unaffected_operators_list;  ///< {objects}
  std::string_view criterion;                  ///< {what} {wanted} {found}
  std::string_view sources, ports;             ///< {list}
  std::string_view next_watch, next_approve, next_ended, next_no_attack, next_test;
  std::string_view inquiries_number;  ///< {incident}
  std::string_view inquiries_none;
  std::string_view automatic;
  std::string_view separator;  ///< between items of a list
};

[[nodiscard]] const Phrases& phrases(Language language);

using Fillings = std::initializer_list<std::pair<std::string_view, std::string_view>>;
/// The phrase with every `{name}` replaced; what is put there is not looked at again.
[[nodiscard]] std::string fill(std::string_view phrase, Fillings fillings);

/// A time as people of the language read it: in Japanese that of Japan, otherwise UTC.
[[nodiscard]] std::string time_text(std::uint64_t unix_ms, Language language);
/// A time by RFC 3339 in UTC, with milliseconds.
[[nodiscard]] std::string rfc3339(std::uint64_t unix_ms);
/// "1,234,000 packets/s" or "1.2 Gbit/s".
[[nodiscard]] std::string rate_text(double rate, Unit unit, Language language);
/// The kind, with the protocol where it belongs to it.
[[nodiscard]] std::string kind_text(IncidentKind kind, std::string_view protocol, bool ended,
                                    Language language);

}  // namespace sekimori
