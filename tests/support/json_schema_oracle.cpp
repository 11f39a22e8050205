#include "tests/support/json_schema_oracle.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace sekimori::test {

std::string oracle_fault(const nlohmann::ordered_json& value, const nlohmann::ordered_json& schema,
                         const nlohmann::ordered_json& components) {
  // References are resolved from the root of the document that holds the schema.
  const nlohmann::json plain_value = value;
  nlohmann::json document = schema;
  document["components"] = {{"schemas", components}};
  valijson::Schema compiled;
  valijson::SchemaParser parser;
  const valijson::adapters::NlohmannJsonAdapter schema_adapter{document};
  parser.populateSchema(schema_adapter, compiled);
  valijson::Validator validator{valijson::Validator::kStrongTypes};
  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter value_adapter{plain_value};
  if (validator.validate(compiled, value_adapter, &results)) return {};
  std::string faults = "refused";
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    faults += "\n";
    for (const std::string& step : error.context) faults += step;
    faults += ": " + error.description;
  }
  return faults;
}

}  // namespace sekimori::test
