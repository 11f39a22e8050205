// The shape of control/model/incident_json.hpp, and the ladder's actions.

#include "control/api/schema_words.hpp"
#include "control/api/schemas.hpp"
#include "control/model/incident.hpp"

namespace sekimori {
namespace {

using namespace schema;

Json kind_names() {
  Json schema{{"type", "string"}, {"enum", Json::array()}};
  for (const IncidentKindText& kind : incident_kind_texts) schema["enum"].push_back(kind.name);
  return schema;
}

Json incident_summary() {
  return record({
      {"id", count()},
      {"subject", component("Subject")},
      {"tenant", text(63)},
      {"kind", component("IncidentKind")},
      {"protocol", text(32), "of an amplification"},
      {"vectors", list(component("VectorName"))},
      {"first_abnormal_ms", moment()},
      {"mitigated_ms", or_null(moment())},
      {"ended_ms", or_null(moment())},
      {"peak_rate", number(0)},
      {"threshold", number(0)},
      {"affected_count", count()},
      {"waiting_actions", count()},
  });
}

Json incident() {
  return record({
      {"id", count()},
      {"subject", component("Subject")},
      {"tenant", text(63)},
      {"vectors", list(component("VectorName")), "above their thresholds, worst first"},
      {"first_abnormal_ms", moment(), "begin of the first second above a threshold"},
      {"recorded_ms", moment()},
      {"mitigated_ms", or_null(moment()), "when the first measure was in force"},
      {"ended_ms", or_null(moment())},
      {"peak_rate", number(0), "of the first of `vectors`, in its unit"},
      {"threshold", number(0), "that it passed"},
      {"diagnosis", component("Diagnosis")},
      {"affected", list(component("ObjectState"))},
      {"unaffected", list(component("ObjectState")), "objects shown not to be; some of them"},
      {"unaffected_count", count(), "how many there are in all"},
      {"sources", list(component("Share"))},
      {"ports", list(component("Share"))},
      {"shapes", list(component("Share"))},
      {"samples", list(component("SampledPacket"))},
      {"actions", list(component("ActionRecord"))},
      {"timeline", list(component("TimelineEntry"))},
      {"next_steps", list(text(2000))},
  });
}

Json action_record() {
  return record({
      {"id", count()},
      {"step", one_of(step_names)},
      {"state", one_of(action_state_names)},
      {"object", text(63)},
      {"vector", component("VectorName")},
      {"what", text(2000)},
      {"reason", text(2000), "why this step and no other"},
      {"evidence", text(2000), "the figures behind it"},
      {"expected", text(2000), "the effect it should have"},
      {"real", text(2000), "the effect it had; empty until known"},
      {"began_ms", moment()},
      {"ended_ms", or_null(moment())},
  });
}

/// An action apart from its incident.
Json action() {
  Json schema = action_record();
  schema["properties"]["incident"] = or_null(count());
  schema["properties"]["requested_by"] = text(64);
  schema["properties"]["requested_by"]["description"] = "a person; empty: the ladder";
  schema["required"].push_back("incident");
  schema["required"].push_back("requested_by");
  return schema;
}

Json parts() {
  return {
      {"Subject", record({{"level", one_of(level_names)}, {"name", text(64)}})},
      {"Diagnosis", record({{"kind", component("IncidentKind")},
                            {"protocol", text(32)},
                            {"candidates", list(component("Candidate"))}})},
      {"Candidate",
       record({{"kind", component("IncidentKind")}, {"criteria", list(component("Criterion"))}})},
      {"Criterion",
       record({{"what", text(500)}, {"wanted", text(500)}, {"found", text(500)}, {"met", flag()}})},
      {"ObjectState", record({{"object", text(63)}, {"tenant", text(63)}})},
      {"Share", record({{"what", text(500)}, {"share", number(0), "of 1"}})},
      {"SampledPacket", record({{"at_ms", moment()},
                                {"summary", text(500)},
                                {"fate", text(500)},
                                {"hex", text(1024)}})},
      {"TimelineEntry", record({{"at_ms", moment()}, {"text", text(2000)}})},
  };
}

}  // namespace

Json incident_schemas() {
  Json schemas{
      {"IncidentKind", kind_names()},
      {"IncidentSummary", incident_summary()},
      {"IncidentPage",
       record({{"incidents", list(component("IncidentSummary")), "the newest first"},
               {"next", or_null(count()), "`before` of the next page; null on the last"}})},
      {"Incident", incident()},
      {"ActionRecord", action_record()},
      {"Action", action()},
      {"ActionPage", record({{"actions", list(component("Action")), "the newest first"}})},
      {"ActionDecision", record({{"comment", text(1, 500), "why, for the audit"}})},
  };
  schemas.update(parts());
  return schemas;
}

}  // namespace sekimori
