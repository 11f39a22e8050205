#include "control/notify/webhook_body.hpp"

#include <nlohmann/json.hpp>

#include "control/notify/phrases.hpp"

namespace sekimori {
namespace {

using Json = nlohmann::ordered_json;

constexpr int body_version = 1;

Json time_or_null(const std::optional<std::uint64_t>& at_ms) {
  return at_ms ? Json(rfc3339(*at_ms)) : Json(nullptr);
}

Json objects_json(const NoticeView& view, const std::vector<ObjectState>& states) {
  Json list = Json::array();
  for (const ObjectState& state : states) {
    Json entry{{"object", state.object}};
    if (view.for_operators()) entry["tenant"] = state.tenant;
    list.push_back(std::move(entry));
  }
  return list;
}

Json rates_json(const NoticeView& view) {
  Json rates = Json::object();
  Json vectors = Json::array();
  for (const Vector vector : view.vectors) vectors.push_back(name_of(vector));
  rates["vectors"] = std::move(vectors);
  if (view.vectors.empty() || !view.peak_rate || !view.threshold) return rates;
  rates["peak"] = *view.peak_rate;
  rates["threshold"] = *view.threshold;
  rates["unit"] = unit_name(vector_texts[static_cast<std::size_t>(view.vectors.front())].unit);
  return rates;
}

Json action_json(const ActionRecord& action) {
  Json entry{{"id", action.id},
             {"step", step_names[static_cast<std::size_t>(action.step)]},
             {"state", action_state_names[static_cast<std::size_t>(action.state)]},
             {"object", action.object},
             {"vector", name_of(action.vector)},
             {"began", rfc3339(action.began_ms)},
             {"ended", time_or_null(action.ended_ms)}};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) entry[name] = text;
  };
  add("what", action.what);
  add("reason", action.reason);
  add("evidence", action.evidence);
  add("expected", action.expected);
  add("real", action.real);
  return entry;
}

Json incident_json(const NoticeView& view, Language language) {
  Json actions = Json::array();
  for (const ActionRecord& action : view.actions) actions.push_back(action_json(action));
  Json incident{
      {"id", view.incident},
      {"kind", incident_kind_texts[static_cast<std::size_t>(view.kind)].name},
      {"kind_text", kind_text(view.kind, view.protocol, view.ended_ms.has_value(), language)},
      {"protocol", view.protocol},
      {"began", rfc3339(view.began_ms)},
      {"recorded", rfc3339(view.recorded_ms)},
      {"mitigated", time_or_null(view.mitigated_ms)},
      {"ended", time_or_null(view.ended_ms)},
      {"rates", rates_json(view)},
      {"affected", objects_json(view, view.affected)},
      {"unaffected", objects_json(view, view.unaffected)},
      {"unaffected_count", view.unaffected_count},
      {"actions", std::move(actions)}};
  if (view.for_operators()) {
    incident["level"] = level_names[static_cast<std::size_t>(view.subject.level)];
    incident["subject"] = view.subject.name;
    incident["next_steps"] = view.next_steps;
  }
  return incident;
}

}  // namespace

std::string webhook_body(const NoticeView& view, const NoticeText& text, Language language,
                         const std::string& delivery) {
  Json body{{"version", body_version},
            {"delivery", delivery},
            {"occasion", occasion_names[static_cast<std::size_t>(view.occasion)]},
            {"node", view.node},
            {"tenant", view.for_operators() ? Json(nullptr) : Json(view.tenant)},
            {"created", rfc3339(view.sent_ms)},
            {"language", language_names[static_cast<std::size_t>(language)]},
            {"subject", text.subject},
            {"text", text.text},
            {"incident", view.incident == 0 ? Json(nullptr) : incident_json(view, language)}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sekimori
