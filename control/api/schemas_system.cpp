// What is true now: the system, its objects and the measures in force.

#include "control/api/operations.hpp"
#include "control/api/schema_words.hpp"
#include "control/api/schemas.hpp"

namespace sekimori {
namespace {

using namespace schema;

Json vector_names() {
  Json schema{{"type", "string"}, {"enum", Json::array()}};
  for (const VectorText& vector : vector_texts) schema["enum"].push_back(vector.name);
  return schema;
}

Json status() {
  return record({
      {"version", text(64), "of sekimori-control"},
      {"started_ms", moment()},
      {"now_ms", moment()},
      {"dataplane", component("DataplaneStatus")},
      {"policy", component("PolicyStatus")},
      {"packets_per_s", number(0), "from outside to all objects"},
      {"bits_per_s", number(0)},
      {"objects", count()},
      {"tenants", count()},
      {"abnormal_objects", count(), "in any state but normal"},
      {"measures_in_force", count()},
      {"open_incidents", count()},
      {"waiting_actions", count()},
      {"failed_notices", count(), "that were given up during the last day"},
      {"warnings", list(text(500)), "what needs a person, in sentences"},
  });
}

Json dataplane_status() {
  return record({
      {"state", one_of({"connected", "not-connected", "not-responding"})},
      {"detail", text(500), "why, when it is not connected"},
      {"instance", text(64)},
      {"started_ms", or_null(moment())},
      {"policy_id", text(64), "of the policy that it works by; empty if not known"},
      {"policy_generation", count()},
  });
}

Json policy_status() {
  return record({
      {"version", count(), "0: none yet"},
      {"id", text(64)},
      {"committed_ms", or_null(moment())},
      {"confirm_by_ms", or_null(moment()), "when the version before returns unless confirmed"},
  });
}

Json object_summary() {
  return record({
      {"name", text(1, 63)},
      {"tenant", text(63), "empty: nobody's"},
      {"state", one_of(object_state_names), "the gravest of its vectors'"},
      {"packets_per_s", number(0)},
      {"bits_per_s", number(0)},
      {"measures", count()},
      {"incident", or_null(count()), "the open one, if there is one"},
  });
}

Json object() {
  return record({
      {"name", text(1, 63)},
      {"tenant", text(63), "empty: nobody's"},
      {"state", one_of(object_state_names), "the gravest of its vectors'"},
      {"prefixes", list(text(64))},
      {"capacity", component("Capacity")},
      {"vectors", list(component("VectorState")), "in the order of the list of vectors"},
      {"measures", list(component("MeasureInForce"))},
      {"incident", or_null(count()), "the open one, if there is one"},
  });
}

}  // namespace

Json system_schemas() {
  return {
      {"Status", status()},
      {"DataplaneStatus", dataplane_status()},
      {"PolicyStatus", policy_status()},
      {"VectorName", vector_names()},
      {"ObjectSummary", object_summary()},
      {"ObjectPage",
       record({{"objects", list(component("ObjectSummary"))},
               {"next", or_null(text(63)), "`after` of the next page; null on the last"}})},
      {"Object", object()},
      {"Capacity", record({{"packets_per_s", count(), "0: not declared"},
                           {"bits_per_s", count(), "0: not declared"},
                           {"new_connections_per_s", count(), "0: not declared"}})},
      {"VectorState", record({{"vector", component("VectorName")},
                              {"unit", text(32)},
                              {"rate", number(0)},
                              {"threshold", or_null(number(0)), "that holds now; null: none"},
                              {"threshold_from", one_of({"policy", "baseline", "raised", "none"})},
                              {"state", one_of(object_state_names)}})},
      {"MeasureInForce",
       record({{"kind", one_of({"authenticate-sources", "block-sources", "limit-traffic",
                                "limit-connections", "give-up-destination"})},
               {"what", text(1000), "in words"},
               {"began_ms", moment()},
               {"action", or_null(count()), "the action that it belongs to"}})},
  };
}

}  // namespace sekimori
