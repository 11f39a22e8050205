#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "control/model/clean_text.hpp"
#include "control/model/columns.hpp"
#include "control/model/incident_report.hpp"
#include "control/model/incident_words.hpp"
#include "control/model/listing.hpp"

namespace sekimori {
namespace {

constexpr std::size_t label_columns = 14;
/// Candidates that are shown with their criteria, and those that are named only.
constexpr std::size_t max_tables = 3;
constexpr std::size_t max_named = 6;
/// Objects that are named; their number says how many there are.
constexpr std::size_t max_objects = 8;
constexpr std::size_t max_samples = 10;
constexpr std::size_t max_timeline = 60;

/// Lines that end at the last column.
class Page {
 public:
  void line(std::string_view text) {
    text_ += text;
    while (text_.ends_with(' ')) text_.pop_back();
    text_ += '\n';
  }

  void heading(std::string_view title) {
    line("");
    line(title);
  }

  /// A text behind `first`, whose further lines are indented as deep.
  void paragraph(const std::string& first, std::string_view text) {
    const std::size_t indent = columns_of(first);
    std::string before = first;
    for (const std::string& part : wrapped(text, report_columns - indent)) {
      line(before + part);
      before.assign(indent, ' ');
    }
  }

  void labelled(const std::string& label, std::string_view text) {
    paragraph("  " + padded(label, label_columns), text);
  }

  /// Cells side by side, each wrapped within its width.
  void row(const std::string& first, const std::vector<std::string>& cells,
           const std::vector<std::size_t>& widths) {
    std::vector<std::vector<std::string>> parts;
    std::size_t height = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      parts.push_back(wrapped(cells[i], widths[i]));
      height = std::max(height, parts.back().size());
    }
    for (std::size_t y = 0; y < height; ++y) {
      std::string text = y == 0 ? first : std::string(columns_of(first), ' ');
      for (std::size_t i = 0; i < parts.size(); ++i) {
        text += padded(y < parts[i].size() ? parts[i][y] : "", widths[i]) + "  ";
      }
      line(text);
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_headline(Page& page, const Incident& incident) {
  const std::string state = state_words(incident);
  page.paragraph("INCIDENT " + std::to_string(incident.id) + "  ",
                 kind_words(incident.diagnosis.kind, incident.diagnosis.protocol));
  page.line(state);
  page.line("");
  page.labelled("Where", subject_words(incident));
  page.labelled("How much", rate_words(incident));
  if (incident.vectors.size() > 1) {
    std::string others;
    for (std::size_t i = 1; i < incident.vectors.size(); ++i) {
      add_listed(others, name_of(incident.vectors[i]));
    }
    page.labelled("", "also above their thresholds: " + others);
  }
  const std::uint64_t began_ms = incident.first_abnormal_ms;
  page.labelled("Since", moment_words(began_ms));
  page.labelled("Recorded", span_words(began_ms, incident.recorded_ms) + " later");
  page.labelled("Mitigated", mitigation_words(incident));
  if (incident.ended_ms) {
    page.labelled("Ended", moment_words(*incident.ended_ms) + ", after " +
                               span_words(began_ms, *incident.ended_ms));
  }
}

void add_next_steps(Page& page, const Incident& incident) {
  page.heading("WHAT TO DO NEXT");
  std::size_t number = 0;
  const auto step = [&](const std::string& text) {
    page.paragraph("  " + std::to_string(++number) + ". ", text);
  };
  for (const ActionRecord& action : incident.actions) {
    if (action.state != ActionState::waiting) continue;
    const std::string id = std::to_string(action.id);
    step("Decide about action " + id + ": " + clean_text(action.what) + ".");
    if (!action.reason.empty()) page.paragraph("     Why: ", clean_text(action.reason));
    if (!action.expected.empty()) page.paragraph("     Then: ", clean_text(action.expected));
    page.line("       sekictl action approve " + id + " --comment WHY");
    page.line("       sekictl action reject " + id + " --comment WHY");
  }
  for (const std::string& text : incident.next_steps) step(clean_text(text));
  if (number == 0) page.line("  Nothing is left to do.");
}

void add_criteria(Page& page, const Candidate& candidate) {
  const std::vector<std::size_t> widths{46, 20, 22};
  page.row("      ", {"CRITERION", "WANTED", "FOUND"}, widths);
  for (const Criterion& criterion : candidate.criteria) {
    page.row(
        criterion.met ? "  yes " : "  NO  ",
        {clean_text(criterion.what), clean_text(criterion.wanted), clean_text(criterion.found)},
        widths);
  }
}

void add_diagnosis(Page& page, const Incident& incident) {
  page.heading("WHY THIS KIND");
  page.paragraph("  ", verdict_words(incident));
  const bool known = incident.diagnosis.kind != IncidentKind::unknown;
  const std::size_t tables = known ? 1 : max_tables;
  std::string others;
  std::size_t shown = 0;
  for (const Candidate& candidate : ranked_candidates(incident.diagnosis)) {
    if (candidate.criteria.empty()) continue;
    if (shown < tables) {
      page.line("");
      if (!known) {
        page.paragraph("  ", kind_words(candidate.kind, "") + ": " + criteria_words(candidate));
      }
      add_criteria(page, candidate);
    } else if (shown < tables + max_named) {
      add_listed(others, kind_words(candidate.kind, "") + " (" + criteria_words(candidate) + ")",
                 "; ");
    }
    ++shown;
  }
  if (others.empty()) return;
  page.line("");
  page.paragraph("  Not: ", others);
}

std::string names_of(const std::vector<ObjectState>& objects, std::size_t count) {
  std::string names;
  const std::size_t shown = std::min(objects.size(), max_objects);
  for (std::size_t i = 0; i < shown; ++i) {
    add_listed(names, clean_text(objects[i].object));
    if (!objects[i].tenant.empty()) names += " (" + clean_text(objects[i].tenant) + ")";
  }
  if (count > shown) add_listed(names, std::to_string(count - shown) + " more", " and ");
  return names;
}

void add_reach(Page& page, const Incident& incident) {
  page.heading("HOW FAR IT REACHES");
  page.labelled("Affected", incident.affected.empty()
                                ? "no object"
                                : counted_words(incident.affected.size(), "object") + ": " +
                                      names_of(incident.affected, incident.affected.size()));
  const std::size_t unaffected =
      std::max<std::size_t>(incident.unaffected_count, incident.unaffected.size());
  page.labelled("Not affected", unaffected == 0 ? "not shown of any object"
                                                : counted_words(unaffected, "object") + ": " +
                                                      names_of(incident.unaffected, unaffected));
}

void add_actions(Page& page, const Incident& incident) {
  page.heading("ACTIONS");
  if (incident.actions.empty()) page.line("  None was taken, and none would have been.");
  for (const ActionRecord& action : incident.actions) {
    page.paragraph("  " + padded(std::to_string(action.id), 4) + " ",
                   std::string{step_names.at(static_cast<std::size_t>(action.step))} + ", " +
                       clean_text(action.object) + ", " + std::string{name_of(action.vector)} +
                       ": " + action_state_words(action));
    const std::array<std::pair<const char*, const std::string&>, 5> parts{
        {{"what", action.what},
         {"why", action.reason},
         {"evidence", action.evidence},
         {"expected", action.expected},
         {"real effect", action.real}}};
    for (const auto& [label, text] : parts) {
      if (!text.empty()) page.paragraph("       " + padded(label, 13), clean_text(text));
    }
    if (action.real.empty() && action.state == ActionState::in_force) {
      page.paragraph("       " + padded("real effect", 13), "not known yet");
    }
  }
}

void add_timeline(Page& page, const Incident& incident) {
  if (incident.timeline.empty()) return;
  page.heading("TIMELINE (UTC)");
  const auto& entries = incident.timeline;
  const std::size_t half = max_timeline / 2;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool left_out = entries.size() > max_timeline && i >= half && i < entries.size() - half;
    if (left_out) {
      if (i == half) {
        page.line("  .. " + std::to_string(entries.size() - max_timeline) +
                  " more, with --json ..");
      }
      continue;
    }
    page.paragraph("  " + time_of_day(entries[i].at_ms) + "  +" +
                       padded(span_words(incident.first_abnormal_ms, entries[i].at_ms), 12) + " ",
                   clean_text(entries[i].text));
  }
}

void add_shares(Page& page, const std::string& title, const std::vector<Share>& shares) {
  std::string label = title;
  for (const Share& share : shares) {
    std::string part = share_words(share.share);
    part.insert(0, part.size() < 6 ? 6 - part.size() : 0, ' ');
    page.paragraph("  " + padded(label, label_columns) + part + "  ", clean_text(share.what));
    label.clear();
  }
}

void add_traffic(Page& page, const Incident& incident) {
  if (!incident.sources.empty() || !incident.ports.empty() || !incident.shapes.empty()) {
    page.heading("THE TRAFFIC, BY ITS SAMPLES");
    add_shares(page, "Sources", incident.sources);
    add_shares(page, "Ports", incident.ports);
    add_shares(page, "Packets", incident.shapes);
  }
  if (incident.samples.empty()) return;
  page.heading("SAMPLE PACKETS (UTC)");
  const std::size_t shown = std::min(incident.samples.size(), max_samples);
  for (std::size_t i = 0; i < shown; ++i) {
    const SampledPacket& sample = incident.samples[i];
    page.row("  " + time_of_day(sample.at_ms) + "  ",
             {clean_text(sample.summary), clean_text(sample.fate)}, {58, 22});
  }
  if (incident.samples.size() > shown) {
    page.line("  " + std::to_string(incident.samples.size() - shown) +
              " more, and the bytes of all, with --json");
  }
}

}  // namespace

std::string incident_text(const Incident& incident) {
  Page page;
  add_headline(page, incident);
  add_next_steps(page, incident);
  add_reach(page, incident);
  add_diagnosis(page, incident);
  add_actions(page, incident);
  add_timeline(page, incident);
  add_traffic(page, incident);
  return page.take();
}

}  // namespace sekimori
