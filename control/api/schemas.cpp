#include "control/api/schemas.hpp"

namespace sekimori {

const Json& component_schemas() {
  static const Json all = [] {
    Json schemas = Json::object();
    for (const Json& part :
         {system_schemas(), incident_schemas(), policy_schemas(), record_schemas()}) {
      schemas.update(part);
    }
    return schemas;
  }();
  return all;
}

}  // namespace sekimori
