#pragma once

#include <cstdint>
#include <string>

#include "control/model/incident.hpp"

namespace sekimori {

// What the reports of an incident for terminals and in Markdown say alike.

/// "SYN flood from forged sources", "DNS amplification".
[[nodiscard]] std::string kind_words(IncidentKind kind, const std::string& protocol);
/// "object web of tenant city", clean (`clean_text`).
[[nodiscard]] std::string subject_words(const Incident& incident);
/// "OPEN, nothing in force", "OPEN, mitigated", "ENDED".
[[nodiscard]] std::string state_words(const Incident& incident);
/// "syn 152,345 packets/s at most; the threshold is 15,000 packets/s (10.2 times)".
[[nodiscard]] std::string rate_words(const Incident& incident);
/// The verdict about the kind in one sentence, which also says when it is not known.
[[nodiscard]] std::string verdict_words(const Incident& incident);
/// "3 of 4 criteria met".
[[nodiscard]] std::string criteria_words(const Candidate& candidate);
/// "in force since 03:00:02 UTC", "was in force for 2 min 10 s", "WAITS FOR APPROVAL".
[[nodiscard]] std::string action_state_words(const ActionRecord& action);
/// "1 object", "216 objects".
[[nodiscard]] std::string counted_words(std::size_t count, const std::string& what);

/// "2026-11-26 03:00:01 UTC".
[[nodiscard]] std::string moment_words(std::uint64_t unix_ms);
/// "03:00:01.250".
[[nodiscard]] std::string time_of_day(std::uint64_t unix_ms);
/// "850 ms", "1.2 s", "2 min 10 s", "5 h 2 min".
[[nodiscard]] std::string duration_words(std::uint64_t ms);
/// From one moment to a later one; a clock that was set back makes it 0.
[[nodiscard]] std::string span_words(std::uint64_t from_ms, std::uint64_t to_ms);
/// A share of 1 as "97 %", "0.4 %".
[[nodiscard]] std::string share_words(double share);

/// "900 ms after the start", "NOT YET: no measure is in force", "never: no measure was in force".
[[nodiscard]] std::string mitigation_words(const Incident& incident);

/// The candidates in the order in which they are shown: the recognised kind, then those with most
/// criteria met.
[[nodiscard]] std::vector<Candidate> ranked_candidates(const Diagnosis& diagnosis);

}  // namespace sekimori
