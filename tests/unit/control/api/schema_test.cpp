// The check of bodies against JSON schemas, beside an independent implementation.

#include "control/api/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "control/api/schemas.hpp"
#include "tests/support/json_schema_oracle.hpp"

namespace sekimori {
namespace {

const Json no_components = Json::object();

struct Row {
  std::string what;
  std::string schema;
  std::string value;
  std::string faults;  ///< "PLACE: RULE" with a line for each
};

std::string text_of(const std::vector<InputFault>& faults) {
  std::string text;
  for (const InputFault& fault : faults) {
    text += (text.empty() ? "" : "\n") + fault.place + ": " + fault.rule;
  }
  return text;
}

const std::vector<Row> rows{
    {"a right text", R"({"type":"string","minLength":1,"maxLength":3})", R"("abc")", ""},
    {"a text that is too long counts characters, not bytes", R"({"type":"string","maxLength":3})",
     R"("守守守守")", ": has to have at most 3 characters, not 4"},
    {"and passes when they fit", R"({"type":"string","maxLength":3})", R"("守守守")", ""},
    {"an empty text", R"({"type":"string","minLength":1})", R"("")",
     ": has to have at least 1 characters"},
    {"a text for a number", R"({"type":"integer"})", R"("7")",
     R"(: has to be a whole number, not "7")"},
    {"a fraction for a whole number", R"({"type":"integer"})", "7.5",
     ": has to be a whole number, not 7.5"},
    {"a whole number for a number", R"({"type":"number"})", "7", ""},
    {"too small", R"({"type":"integer","minimum":1})", "0", ": has to be at least 1, not 0"},
    {"negative", R"({"type":"integer","minimum":0})", "-1", ": has to be at least 0, not -1"},
    {"too large", R"({"type":"integer","maximum":10})", "18446744073709551615",
     ": has to be at most 10, not 18446744073709551615"},
    {"larger than any integer", R"({"type":"integer","maximum":10})", "1e300",
     ": has to be a whole number, not 1e+300"},
    {"at the bound", R"({"type":"integer","minimum":1,"maximum":1})", "1", ""},
    {"one of two types", R"({"type":["integer","null"]})", "null", ""},
    {"none of two types", R"({"type":["integer","null"]})", "true",
     ": has to be a whole number or null, not true"},
    {"not one of the names", R"({"type":"string","enum":["a","b"]})", R"("c")",
     R"(: has to be one of "a", "b", not "c")"},
    {"a missing member", R"({"type":"object","properties":{"a":{}},"required":["a"]})", "{}",
     "/a: is missing"},
    {"an unknown member", R"({"type":"object","properties":{"a":{}},"additionalProperties":false})",
     R"({"b":1})", "/b: is not known here; known are a"},
    {"a member of any name", R"({"type":"object","additionalProperties":{"type":"integer"}})",
     R"({"b":"x"})", R"(/b: has to be a whole number, not "x")"},
    {"a name that needs escapes in a pointer", R"({"type":"object","additionalProperties":false})",
     R"({"a/b~c":1})", "/a~1b~0c: is not known here"},
    {"an entry of a list", R"({"type":"array","items":{"type":"boolean"}})", "[true,1]",
     "/1: has to be true or false, not 1"},
    {"too many entries", R"({"type":"array","maxItems":1})", "[1,2]",
     ": has to have at most 1 entries, not 2"},
    {"too few entries", R"({"type":"array","minItems":1})", "[]",
     ": has to have at least 1 entries"},
    {"a list for an object", R"({"type":"object"})", "[]", ": has to be an object, not a list"},
    {"all faults at once",
     R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["c"]})",
     R"({"a":"x","b":1})",
     "/c: is missing\n/a: has to be a whole number, not \"x\"\n/b: has to be a text, not 1"},
};

TEST(Schema, TellsEveryFaultWithItsPlaceAndRule) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const Json schema = Json::parse(row.schema);
    EXPECT_EQ(unusable_schema(schema, no_components), "");
    EXPECT_EQ(text_of(schema_faults(Json::parse(row.value), schema, no_components)), row.faults);
  }
}

TEST(Schema, FollowsReferences) {
  const Json components = Json::parse(R"({"N":{"type":"integer"}})");
  const Json schema = Json::parse(R"({"$ref":"#/components/schemas/N"})");
  EXPECT_EQ(unusable_schema(schema, components), "");
  EXPECT_EQ(text_of(schema_faults("x", schema, components)),
            R"(: has to be a whole number, not "x")");
  EXPECT_EQ(unusable_schema(schema, no_components), "no component #/components/schemas/N");
}

TEST(Schema, StopsAtTheBoundOfFaults) {
  const Json schema = Json::parse(R"({"type":"array","items":{"type":"string"}})");
  EXPECT_EQ(schema_faults(Json::array({1, 2, 3, 4}), schema, no_components, "", 3).size(), 3U);
}

TEST(Schema, CutsWhatItShowsBetweenCharacters) {
  const std::string words = shown(std::string(58, 'a') + "守守守");
  EXPECT_EQ(words, "\"" + std::string(58, 'a') + "...");
}

TEST(Schema, RefusesKeywordsThatItDoesNotCheck) {
  EXPECT_EQ(unusable_schema(Json::parse(R"({"type":"string","pattern":"a"})"), no_components),
            "keyword pattern is not checked");
  EXPECT_EQ(
      unusable_schema(Json::parse(R"({"properties":{"a":{"items":{"oneOf":[]}}}})"), no_components),
      "a: keyword oneOf is not checked");
}

TEST(Schema, AllComponentsAreUsable) {
  const Json& components = component_schemas();
  EXPECT_GT(components.size(), 50U);
  for (const auto& [name, schema] : components.items()) {
    EXPECT_EQ(unusable_schema(schema, components), "") << name;
  }
}

Json any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::inRange(-5, 5);
    case 3:
      return *rc::gen::element(0.5, 1.5, -2.25);
    case 4:
    case 5:
      return *rc::gen::element<std::string>("", "a", "b", "abc", "守", "守守守守");
    case 6: {
      Json list = Json::array();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(any_value(depth - 1));
      return list;
    }
    default: {
      Json object = Json::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        object[*rc::gen::element<std::string>("a", "b", "c", "d")] = any_value(depth - 1);
      }
      return object;
    }
  }
}

Json any_schema(int depth) {
  Json schema = Json::object();
  const auto by_chance = [] { return *rc::gen::inRange(0, 3) == 0; };
  if (!by_chance()) {
    schema["type"] = *rc::gen::element<std::string>("object", "array", "string", "boolean",
                                                    "integer", "number", "null");
  }
  if (by_chance()) schema["enum"] = {any_value(0), any_value(0)};
  if (by_chance()) schema["minimum"] = *rc::gen::inRange(-3, 3);
  if (by_chance()) schema["maximum"] = *rc::gen::inRange(-3, 3);
  if (by_chance()) schema["minLength"] = *rc::gen::inRange(0, 4);
  if (by_chance()) schema["maxLength"] = *rc::gen::inRange(0, 4);
  if (by_chance()) schema["minItems"] = *rc::gen::inRange(0, 3);
  if (by_chance()) schema["maxItems"] = *rc::gen::inRange(0, 3);
  if (by_chance()) schema["required"] = {*rc::gen::element<std::string>("a", "b")};
  if (by_chance()) schema["additionalProperties"] = false;
  if (depth > 0 && by_chance()) schema["items"] = any_schema(depth - 1);
  if (depth > 0 && by_chance()) schema["properties"]["a"] = any_schema(depth - 1);
  if (depth > 0 && by_chance()) schema["properties"]["b"] = any_schema(depth - 1);
  return schema;
}

RC_GTEST_PROP(SchemaProperty, AgreesWithValijson, ()) {
  const Json schema = any_schema(2);
  const Json value = any_value(3);
  RC_ASSERT(schema_faults(value, schema, no_components).empty() ==
            test::oracle_fault(value, schema).empty());
}

}  // namespace
}  // namespace sekimori
