#include <string>
#include <string_view>
#include <vector>

#include "control/model/clean_text.hpp"
#include "control/model/incident_report.hpp"
#include "control/model/incident_words.hpp"
#include "control/model/listing.hpp"

namespace sekimori {
namespace {

/// `text` so that Markdown and HTML take none of it for their own.
std::string escaped(std::string_view text) {
  constexpr std::string_view special = "\\`*_{}[]<>#+|~&@";
  std::string out;
  for (const char c : clean_text(text)) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string table_head(const std::vector<std::string>& cells) {
  return row(cells) + row(std::vector<std::string>(cells.size(), "---"));
}

std::string facts(const Incident& incident) {
  const std::uint64_t began_ms = incident.first_abnormal_ms;
  std::string text = table_head({"", ""});
  text += row({"State", state_words(incident)});
  text += row({"Where", escaped(subject_words(incident))});
  text += row({"How much", escaped(rate_words(incident))});
  text += row({"Since", moment_words(began_ms)});
  text += row({"Recorded", span_words(began_ms, incident.recorded_ms) + " later"});
  text += row({"Mitigated", mitigation_words(incident)});
  if (incident.ended_ms) {
    text += row({"Ended", moment_words(*incident.ended_ms) + ", after " +
                              span_words(began_ms, *incident.ended_ms)});
  }
  return text;
}

std::string next_steps(const Incident& incident) {
  std::string text = "\n## What to do next\n\n";
  std::string steps;
  for (const ActionRecord& action : incident.actions) {
    if (action.state != ActionState::waiting) continue;
    const std::string id = std::to_string(action.id);
    steps += "1. Decide about action " + id + " (" + escaped(action.what) +
             "): `sekictl action approve " + id + "` or `sekictl action reject " + id + "`\n";
  }
  for (const std::string& step : incident.next_steps) steps += "1. " + escaped(step) + "\n";
  return text + (steps.empty() ? "Nothing is left to do.\n" : steps);
}

std::string objects_list(const std::vector<ObjectState>& objects, std::size_t count) {
  std::string text;
  for (const ObjectState& object : objects) {
    add_listed(text, escaped(object.object));
    if (!object.tenant.empty()) text += " (" + escaped(object.tenant) + ")";
  }
  if (count > objects.size()) text += " and " + std::to_string(count - objects.size()) + " more";
  return text;
}

std::string reach(const Incident& incident) {
  const std::size_t unaffected =
      std::max<std::size_t>(incident.unaffected_count, incident.unaffected.size());
  std::string text = "\n## How far it reaches\n\n";
  text += "- Affected: " + counted_words(incident.affected.size(), "object");
  if (!incident.affected.empty()) {
    text += ": " + objects_list(incident.affected, incident.affected.size());
  }
  text += "\n- Shown not to be affected: " + counted_words(unaffected, "object");
  if (unaffected > 0) text += ": " + objects_list(incident.unaffected, unaffected);
  return text + "\n";
}

std::string diagnosis(const Incident& incident) {
  std::string text = "\n## Why this kind\n\n" + escaped(verdict_words(incident)) + "\n";
  for (const Candidate& candidate : ranked_candidates(incident.diagnosis)) {
    if (candidate.criteria.empty()) continue;
    text += "\n### " + escaped(kind_words(candidate.kind, "")) + ": " + criteria_words(candidate) +
            "\n\n" + table_head({"Met", "Criterion", "Wanted", "Found"});
    for (const Criterion& criterion : candidate.criteria) {
      text += row({criterion.met ? "yes" : "**no**", escaped(criterion.what),
                   escaped(criterion.wanted), escaped(criterion.found)});
    }
  }
  return text;
}

std::string actions(const Incident& incident) {
  std::string text = "\n## Actions\n\n";
  if (incident.actions.empty()) return text + "None was taken, and none would have been.\n";
  text += table_head(
      {"Action", "Step", "State", "What", "Why", "Evidence", "Expected effect", "Real effect"});
  for (const ActionRecord& action : incident.actions) {
    text += row({std::to_string(action.id),
                 std::string{step_names.at(static_cast<std::size_t>(action.step))},
                 action_state_words(action), escaped(action.what), escaped(action.reason),
                 escaped(action.evidence), escaped(action.expected), escaped(action.real)});
  }
  return text;
}

std::string timeline(const Incident& incident) {
  if (incident.timeline.empty()) return {};
  std::string text = "\n## Timeline (UTC)\n\n" + table_head({"At", "After", "What"});
  for (const TimelineEntry& entry : incident.timeline) {
    text += row({time_of_day(entry.at_ms), span_words(incident.first_abnormal_ms, entry.at_ms),
                 escaped(entry.text)});
  }
  return text;
}

std::string shares(std::string_view title, const std::vector<Share>& list) {
  if (list.empty()) return {};
  std::string text = "\n### " + std::string{title} + "\n\n" + table_head({"Share", "What"});
  for (const Share& share : list) text += row({share_words(share.share), escaped(share.what)});
  return text;
}

std::string traffic(const Incident& incident) {
  const std::string parts = shares("Sources", incident.sources) + shares("Ports", incident.ports) +
                            shares("Packets", incident.shapes);
  std::string text = parts.empty() ? "" : "\n## The traffic, by its samples\n" + parts;
  if (incident.samples.empty()) return text;
  text += "\n### Sample packets\n\n" + table_head({"At (UTC)", "Packet", "Fate"});
  for (const SampledPacket& sample : incident.samples) {
    text += row({time_of_day(sample.at_ms), escaped(sample.summary), escaped(sample.fate)});
  }
  return text;
}

}  // namespace

std::string incident_markdown(const Incident& incident) {
  return "# Incident " + std::to_string(incident.id) + ": " +
         escaped(kind_words(incident.diagnosis.kind, incident.diagnosis.protocol)) + "\n\n" +
         facts(incident) + next_steps(incident) + reach(incident) + diagnosis(incident) +
         actions(incident) + timeline(incident) + traffic(incident);
}

}  // namespace sekimori
