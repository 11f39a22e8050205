#include "control/model/incident_words.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "control/model/clean_text.hpp"
#include "control/model/listing.hpp"
#include "control/model/rate_text.hpp"

namespace sekimori {
namespace {

std::size_t met_count(const Candidate& candidate) {
  return static_cast<std::size_t>(std::count_if(candidate.criteria.begin(),
                                                candidate.criteria.end(),
                                                [](const Criterion& c) { return c.met; }));
}

std::tm utc_of(std::uint64_t unix_ms) {
  // Later years have five digits.
  constexpr std::uint64_t last_s = 253'402'300'799;
  const auto seconds = static_cast<std::time_t>(std::min(unix_ms / 1'000, last_s));
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return utc;
}

std::string formatted(const char* format, const std::tm& utc) {
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &utc)};
}

std::string in_two(std::uint64_t large, const char* large_unit, std::uint64_t small,
                   const char* small_unit) {
  std::string text = std::to_string(large) + large_unit;
  if (small > 0) add_listed(text, std::to_string(small) + small_unit, " ");
  return text;
}

}  // namespace

std::string kind_words(IncidentKind kind, const std::string& protocol) {
  const std::string text{incident_kind_texts.at(static_cast<std::size_t>(kind)).text};
  return kind == IncidentKind::amplification && !protocol.empty()
             ? clean_text(protocol) + " " + text
             : text;
}

std::string subject_words(const Incident& incident) {
  const Subject& subject = incident.subject;
  std::string text = std::string{level_names.at(static_cast<std::size_t>(subject.level))} + " " +
                     clean_text(subject.name);
  if (subject.level != Level::tenant && !incident.tenant.empty()) {
    text += " of tenant " + clean_text(incident.tenant);
  }
  return text;
}

std::string state_words(const Incident& incident) {
  if (incident.ended_ms) return "ENDED";
  const auto any = [&](ActionState state) {
    return std::any_of(incident.actions.begin(), incident.actions.end(),
                       [&](const ActionRecord& action) { return action.state == state; });
  };
  const std::string waiting = any(ActionState::waiting) ? ", AN ACTION WAITS FOR APPROVAL" : "";
  return (any(ActionState::in_force) ? "OPEN, measures in force" : "OPEN, no measure in force") +
         waiting;
}

std::string rate_words(const Incident& incident) {
  if (incident.vectors.empty()) return "no rate is above its threshold";
  const Vector vector = incident.vectors.front();
  std::string text =
      std::string{name_of(vector)} + " " + rate_text(vector, incident.peak_rate) + " at most";
  if (incident.threshold > 0) {
    std::array<char, 32> times{};
    std::snprintf(times.data(), times.size(), "%.1f", incident.peak_rate / incident.threshold);
    text += ", the threshold is " + rate_text(vector, incident.threshold) + " (" + times.data() +
            " times)";
  }
  return text;
}

std::string verdict_words(const Incident& incident) {
  const Diagnosis& diagnosis = incident.diagnosis;
  if (diagnosis.kind == IncidentKind::unknown) {
    return "Sekimori does not know what this is: no kind has all of its criteria met. What comes "
           "nearest:";
  }
  return "Recognised as " + kind_words(diagnosis.kind, diagnosis.protocol) +
         ", because all of its criteria are met:";
}

std::string criteria_words(const Candidate& candidate) {
  return std::to_string(met_count(candidate)) + " of " + std::to_string(candidate.criteria.size()) +
         " criteria met";
}

std::string action_state_words(const ActionRecord& action) {
  const std::string began = time_of_day(action.began_ms);
  switch (action.state) {
    case ActionState::would_have:
      return "only watched: would have been taken at " + began;
    case ActionState::waiting:
      return "WAITS FOR APPROVAL since " + began;
    case ActionState::in_force:
      return "in force since " + began;
    case ActionState::ended:
      return "was in force from " + began +
             (action.ended_ms ? " for " + span_words(action.began_ms, *action.ended_ms) : "");
    case ActionState::rejected:
      return "rejected by an operator";
    case ActionState::impossible:
      return "was not possible";
  }
  return "";
}

std::string counted_words(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string moment_words(std::uint64_t unix_ms) {
  return formatted("%Y-%m-%d %H:%M:%S UTC", utc_of(unix_ms));
}

std::string time_of_day(std::uint64_t unix_ms) {
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03u", static_cast<unsigned>(unix_ms % 1'000));
  return formatted("%H:%M:%S", utc_of(unix_ms)) + fraction.data();
}

std::string duration_words(std::uint64_t ms) {
  if (ms < 1'000) return std::to_string(ms) + " ms";
  if (ms < 10'000) {
    return std::to_string(ms / 1'000) + "." + std::to_string(ms / 100 % 10) + " s";
  }
  const std::uint64_t s = ms / 1'000;
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3'600) return in_two(s / 60, " min", s % 60, " s");
  if (s < 86'400) return in_two(s / 3'600, " h", s / 60 % 60, " min");
  return in_two(s / 86'400, " d", s / 3'600 % 24, " h");
}

std::string span_words(std::uint64_t from_ms, std::uint64_t to_ms) {
  return duration_words(to_ms > from_ms ? to_ms - from_ms : 0);
}

std::string share_words(double share) {
  std::array<char, 32> text{};
  const double percent = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) * 100 : 0;
  std::snprintf(text.data(), text.size(), percent > 0 && percent < 9.95 ? "%.1f %%" : "%.0f %%",
                percent);
  return text.data();
}

std::string mitigation_words(const Incident& incident) {
  if (incident.mitigated_ms) {
    return span_words(incident.first_abnormal_ms, *incident.mitigated_ms) + " after the start";
  }
  return incident.ended_ms ? "never: no measure was in force" : "NOT YET: no measure is in force";
}

std::vector<Candidate> ranked_candidates(const Diagnosis& diagnosis) {
  std::vector<Candidate> ranked = diagnosis.candidates;
  const auto rank = [&](const Candidate& candidate) {
    if (candidate.kind == diagnosis.kind) return 2.0;
    if (candidate.criteria.empty()) return 0.0;
    return static_cast<double>(met_count(candidate)) /
           static_cast<double>(candidate.criteria.size());
  };
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&](const Candidate& a, const Candidate& b) { return rank(a) > rank(b); });
  return ranked;
}

}  // namespace sekimori
