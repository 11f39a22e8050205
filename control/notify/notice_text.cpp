#include "control/notify/notice_text.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "control/model/clean_text.hpp"
#include "control/notify/phrases.hpp"

namespace sekimori {
namespace {

/// Lists in notices end behind so many items; the record has the rest.
constexpr std::size_t max_items = 50;

bool is_attack(IncidentKind kind) {
  return kind != IncidentKind::link_down && kind != IncidentKind::server_not_answering &&
         kind != IncidentKind::policy_change;
}

/// Writes one notice, part by part.
class Writer {
 public:
  Writer(const NoticeView& view, Language language)
      : view_(view),
        language_(language),
        words_(phrases(language)),
        kind_(kind_text(view.kind, view.protocol, view.ended_ms.has_value(), language)) {}

  [[nodiscard]] std::string subject() const {
    return fill(words_.subjects[occasion()], {{"kind", kind_},
                                              {"objects", short_objects()},
                                              {"incident", std::to_string(view_.incident)},
                                              {"node", view_.node}});
  }

  std::string text() {
    line(view_.for_operators() ? std::string{words_.greeting_operators}
                               : fill(words_.greeting_tenant, {{"tenant", view_.tenant}}));
    line("");
    line(fill(words_.introductions[occasion()], {{"node", view_.node}}));
    line("");
    part(words_.about, fill(words_.abouts[occasion()], {{"kind", kind_}}));
    if (view_.incident != 0) incident();
    next();
    inquiries();
    line("");
    line(words_.automatic);
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::size_t occasion() const { return static_cast<std::size_t>(view_.occasion); }

  void line(std::string_view content) {
    text_ += content;
    text_ += '\n';
  }
  void title(std::string_view content) {
    text_ += words_.title_mark;
    text_ += content;
    text_ += language_ == Language::ja ? "\n" : ":\n";
  }
  void item(std::string_view content) {
    text_ += "  ";
    line(content);
  }
  void part(std::string_view name, std::string_view content) {
    title(name);
    item(content);
  }
  void time_part(std::string_view name, std::uint64_t at_ms) {
    part(name, time_text(at_ms, language_));
  }

  [[nodiscard]] std::string subject_text() const {
    std::string text{words_.levels[static_cast<std::size_t>(view_.subject.level)]};
    return text.append(" ").append(view_.subject.name);
  }

  [[nodiscard]] std::string short_objects() const {
    if (view_.affected.empty()) return view_.for_operators() ? subject_text() : view_.tenant;
    const std::string& first = view_.affected.front().object;
    if (view_.affected.size() == 1) return first;
    return fill(words_.many_objects,
                {{"object", first}, {"count", std::to_string(view_.affected.size() - 1)}});
  }

  [[nodiscard]] std::string object_text(const ObjectState& state) const {
    if (!view_.for_operators() || state.tenant.empty()) return state.object;
    return state.object + " (" + state.tenant + ")";
  }

  [[nodiscard]] std::string listed(const std::vector<ObjectState>& states) const {
    std::string list;
    for (std::size_t i = 0; i < std::min(states.size(), max_items); ++i) {
      if (i > 0) list += words_.separator;
      list += object_text(states[i]);
    }
    if (states.size() > max_items) list += " ...";
    return list;
  }

  [[nodiscard]] std::string listed(const std::vector<Share>& shares) const {
    std::string list;
    for (std::size_t i = 0; i < std::min<std::size_t>(shares.size(), 10); ++i) {
      if (i > 0) list += words_.separator;
      list += shares[i].what + " " + std::to_string(std::lround(shares[i].share * 100)) + "%";
    }
    return list;
  }

  void incident() {
    part(words_.incident, std::to_string(view_.incident));
    time_part(words_.began, view_.began_ms);
    time_part(words_.recorded, view_.recorded_ms);
    if (view_.mitigated_ms) time_part(words_.mitigated, *view_.mitigated_ms);
    if (view_.ended_ms) time_part(words_.ended, *view_.ended_ms);
    if (!view_.affected.empty()) part(words_.objects, listed(view_.affected));
    part(words_.kind, kind_);
    extent();
    actions();
    unaffected();
    if (view_.for_operators()) evidence();
  }

  void extent() {
    title(words_.extent);
    const std::string count = std::to_string(view_.affected.size());
    if (view_.for_operators()) {
      std::set<std::string> tenants;
      for (const ObjectState& state : view_.affected) tenants.insert(state.tenant);
      tenants.erase("");
      item(fill(words_.extent_operators, {{"count", count},
                                          {"tenants", std::to_string(tenants.size())},
                                          {"subject", subject_text()}}));
    } else {
      item(fill(words_.extent_tenant, {{"count", count}}));
    }
    if (view_.vectors.empty()) return;
    std::string vectors;
    for (const Vector vector : view_.vectors) {
      if (!vectors.empty()) vectors += words_.separator;
      vectors += words_.vectors[static_cast<std::size_t>(vector)];
    }
    item(fill(words_.exceeded, {{"vectors", vectors}}));
    if (!view_.peak_rate || !view_.threshold) return;
    const auto worst = static_cast<std::size_t>(view_.vectors.front());
    const Unit unit = vector_texts[worst].unit;
    item(fill(words_.rate, {{"vector", words_.vectors[worst]},
                            {"peak", rate_text(*view_.peak_rate, unit, language_)},
                            {"threshold", rate_text(*view_.threshold, unit, language_)}}));
  }

  void actions() {
    title(view_.ended_ms ? words_.actions_taken : words_.actions_now);
    if (view_.actions.empty()) {
      item(view_.ended_ms ? words_.no_actions_taken : words_.no_actions_now);
    }
    for (const ActionRecord& action : view_.actions) {
      const std::string until =
          action.ended_ms
              ? fill(words_.action_until, {{"time", time_text(*action.ended_ms, language_)}})
              : std::string{};
      std::string state{words_.action_states[static_cast<std::size_t>(action.state)]};
      if (view_.for_operators() && action.state == ActionState::waiting) {
        state += words_.separator;
        state += fill(words_.action_approve, {{"id", std::to_string(action.id)}});
      }
      item(fill(words_.action_line, {{"state", state},
                                     {"object", action.object},
                                     {"step", words_.steps[static_cast<std::size_t>(action.step)]},
                                     {"began", time_text(action.began_ms, language_)},
                                     {"ended", until}}));
      for (const std::string* detail : {&action.what, &action.reason, &action.evidence}) {
        if (!detail->empty()) item("  " + *detail);
      }
    }
  }

  void unaffected() {
    title(words_.unaffected);
    const std::string count = std::to_string(view_.unaffected_count);
    const std::string objects = listed(view_.unaffected);
    item(view_.for_operators() ? fill(words_.unaffected_operators, {{"count", count}})
                               : std::string{words_.unaffected_tenant});
    if (objects.empty()) return;
    item(fill(
        view_.for_operators() ? words_.unaffected_operators_list : words_.unaffected_tenant_list,
        {{"objects", objects}}));
  }

  void evidence() {
    if (!view_.criteria.empty()) title(words_.criteria);
    for (const Criterion& criterion : view_.criteria) {
      item(fill(
          words_.criterion,
          {{"what", criterion.what}, {"wanted", criterion.wanted}, {"found", criterion.found}}));
    }
    if (view_.sources.empty() && view_.ports.empty()) return;
    title(words_.traffic);
    if (!view_.sources.empty()) item(fill(words_.sources, {{"list", listed(view_.sources)}}));
    if (!view_.ports.empty()) item(fill(words_.ports, {{"list", listed(view_.ports)}}));
  }

  void next() {
    title(words_.next);
    if (view_.incident == 0) return item(words_.next_test);
    if (!is_attack(view_.kind)) item(words_.next_no_attack);
    if (view_.ended_ms) return item(words_.next_ended);
    if (std::ranges::any_of(view_.actions, [](const ActionRecord& action) {
          return action.state == ActionState::waiting;
        })) {
      item(words_.next_approve);
    }
    item(words_.next_watch);
    for (const std::string& step : view_.next_steps) item(step);
  }

  void inquiries() {
    if (view_.for_operators()) return;
    title(words_.inquiries);
    for (const std::string& address : view_.inquiries) item(address);
    if (view_.inquiries.empty()) item(words_.inquiries_none);
    if (view_.incident != 0) {
      item(fill(words_.inquiries_number, {{"incident", std::to_string(view_.incident)}}));
    }
  }

  const NoticeView& view_;
  Language language_;
  const Phrases& words_;
  std::string kind_;
  std::string text_;
};

}  // namespace

NoticeText notice_text(const NoticeView& view, Language language) {
  Writer writer{view, language};
  return {.subject = writer.subject(), .text = writer.text()};
}

}  // namespace sekimori
