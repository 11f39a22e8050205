#include "control/api/model_json.hpp"

#include "control/model/incident_json.hpp"

namespace sekimori {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Json incident_summary_json(const Incident& incident) {
  const Json whole = incident_json(incident);
  const auto waiting =
      std::count_if(incident.actions.begin(), incident.actions.end(),
                    [](const ActionRecord& a) { return a.state == ActionState::waiting; });
  return {
      {"id", incident.id},
      {"subject", whole["subject"]},
      {"tenant", incident.tenant},
      {"kind", whole["diagnosis"]["kind"]},
      {"protocol", incident.diagnosis.protocol},
      {"vectors", whole["vectors"]},
      {"first_abnormal_ms", incident.first_abnormal_ms},
      {"mitigated_ms", whole["mitigated_ms"]},
      {"ended_ms", whole["ended_ms"]},
      {"peak_rate", whole["peak_rate"]},
      {"threshold", whole["threshold"]},
      {"affected_count", incident.affected.size()},
      {"waiting_actions", waiting},
  };
}

Json listed_action_json(const ListedAction& action) {
  Json json = action_json(action.record);
  json["incident"] = or_null(action.incident);
  json["requested_by"] = action.requested_by;
  return json;
}

Json notice_json(const Delivery& delivery) {
  const DeliveryProgress& progress = delivery.progress;
  return {
      {"key", delivery.key},
      {"incident", delivery.incident == 0 ? Json(nullptr) : Json(delivery.incident)},
      {"occasion", occasion_names.at(static_cast<std::size_t>(delivery.occasion))},
      {"channel", channel_names.at(static_cast<std::size_t>(delivery.recipient.channel))},
      {"address", delivery.recipient.address},
      {"tenant", delivery.recipient.tenant},
      {"subject", delivery.subject},
      {"state", delivery_state_names.at(static_cast<std::size_t>(progress.state))},
      {"attempts", progress.attempts},
      {"created_ms", delivery.created_ms},
      {"finished_ms", or_null(progress.finished_ms)},
      {"result", progress.result},
  };
}

}  // namespace sekimori
