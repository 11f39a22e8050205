#include "control/api/schema.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "control/model/listing.hpp"

namespace sekimori {
namespace {

constexpr std::string_view reference_prefix = "#/components/schemas/";
constexpr std::size_t max_shown = 60;

std::string cut(std::string text) {
  if (text.size() <= max_shown) return text;
  // A character is not cut in two: what continues one starts with the bits 10 (RFC 3629).
  std::size_t end = max_shown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

/// A key as one step of a JSON pointer.
std::string pointer_step(const std::string& key) {
  std::string step = "/";
  for (const char c : cut(key)) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

bool has_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return type == "null" && value.is_null();
}

std::string_view article_and_type(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> words{
      {{"object", "an object"},
       {"array", "a list"},
       {"string", "a text"},
       {"boolean", "true or false"},
       {"integer", "a whole number"},
       {"number", "a number"},
       {"null", "null"}}};
  const auto* found =
      std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.first == type; });
  return found == words.end() ? type : found->second;
}

class Checker {
 public:
  Checker(const Json& components, std::size_t max_faults)
      : components_(components), max_faults_(max_faults) {}

  void check(const Json& value, const Json& schema, const std::string& place) {
    if (full()) return;
    if (const auto reference = schema.find("$ref"); reference != schema.end()) {
      check(value, components_.at(reference->get<std::string>().substr(reference_prefix.size())),
            place);
      return;
    }
    if (!check_type(value, schema, place) || !check_enum(value, schema, place)) return;
    if (value.is_number()) check_bounds(value, schema, place);
    if (value.is_string()) check_length(value, schema, place);
    if (value.is_array()) check_items(value, schema, place);
    if (value.is_object()) check_members(value, schema, place);
  }

  std::vector<InputFault> take() { return std::move(faults_); }

 private:
  [[nodiscard]] bool full() const { return faults_.size() >= max_faults_; }

  void fault(const std::string& place, std::string rule) {
    if (!full()) faults_.push_back({.place = place, .rule = std::move(rule)});
  }

  bool check_type(const Json& value, const Json& schema, const std::string& place) {
    const auto type = schema.find("type");
    if (type == schema.end()) return true;
    const Json types = type->is_array() ? *type : Json::array({*type});
    std::string wanted;
    for (const Json& one : types) {
      const auto& name = one.get_ref<const std::string&>();
      if (has_type(value, name)) return true;
      add_listed(wanted, article_and_type(name), " or ");
    }
    fault(place, "has to be " + wanted + ", not " + shown(value));
    return false;
  }

  bool check_enum(const Json& value, const Json& schema, const std::string& place) {
    const auto allowed = schema.find("enum");
    if (allowed == schema.end()) return true;
    std::string names;
    for (const Json& one : *allowed) {
      if (one == value) return true;
      add_listed(names, shown(one));
    }
    fault(place, "has to be one of " + names + ", not " + shown(value));
    return false;
  }

  void check_bounds(const Json& value, const Json& schema, const std::string& place) {
    if (const auto least = schema.find("minimum"); least != schema.end() && value < *least) {
      fault(place, "has to be at least " + shown(*least) + ", not " + shown(value));
    }
    if (const auto most = schema.find("maximum"); most != schema.end() && value > *most) {
      fault(place, "has to be at most " + shown(*most) + ", not " + shown(value));
    }
  }

  void check_size(std::size_t size, const Json& schema, const char* least_key, const char* most_key,
                  const std::string& unit, const std::string& place) {
    if (const auto least = schema.find(least_key);
        least != schema.end() && size < least->get<std::size_t>()) {
      fault(place, "has to have at least " + shown(*least) + unit);
    }
    if (const auto most = schema.find(most_key);
        most != schema.end() && size > most->get<std::size_t>()) {
      fault(place, "has to have at most " + shown(*most) + unit + ", not " + std::to_string(size));
    }
  }

  void check_length(const Json& value, const Json& schema, const std::string& place) {
    check_size(characters(value.get_ref<const std::string&>()), schema, "minLength", "maxLength",
               " characters", place);
  }

  void check_items(const Json& value, const Json& schema, const std::string& place) {
    check_size(value.size(), schema, "minItems", "maxItems", " entries", place);
    const auto items = schema.find("items");
    if (items == schema.end()) return;
    for (std::size_t i = 0; i < value.size() && !full(); ++i) {
      check(value[i], *items, place + "/" + std::to_string(i));
    }
  }

  void check_members(const Json& value, const Json& schema, const std::string& place) {
    if (const auto required = schema.find("required"); required != schema.end()) {
      for (const Json& name : *required) {
        const auto& key = name.get_ref<const std::string&>();
        if (!value.contains(key)) fault(place + pointer_step(key), "is missing");
      }
    }
    const auto properties = schema.find("properties");
    const auto others = schema.find("additionalProperties");
    for (const auto& [key, member] : value.items()) {
      if (full()) return;
      if (properties != schema.end() && properties->contains(key)) {
        check(member, properties->at(key), place + pointer_step(key));
      } else if (others != schema.end() && others->is_object()) {
        check(member, *others, place + pointer_step(key));
      } else if (others != schema.end() && *others == false) {
        fault(place + pointer_step(key), "is not known here" + known(properties, schema));
      }
    }
  }

  static std::string known(Json::const_iterator properties, const Json& schema) {
    std::string names;
    if (properties != schema.end()) {
      for (const auto& [name, unused] : properties->items()) add_listed(names, name);
    }
    return names.empty() ? names : "; known are " + names;
  }

  const Json& components_;
  std::size_t max_faults_;
  std::vector<InputFault> faults_;
};

constexpr std::array<std::string_view, 18> known_keywords{"$ref",
                                                          "type",
                                                          "enum",
                                                          "minimum",
                                                          "maximum",
                                                          "minLength",
                                                          "maxLength",
                                                          "items",
                                                          "minItems",
                                                          "maxItems",
                                                          "properties",
                                                          "required",
                                                          "additionalProperties",
                                                          "description",
                                                          "default",
                                                          "examples",
                                                          "format",
                                                          "contentEncoding"};

}  // namespace

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return cut(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::vector<InputFault> schema_faults(const Json& value, const Json& schema, const Json& components,
                                      const std::string& place, std::size_t max_faults) {
  Checker checker{components, max_faults};
  checker.check(value, schema, place);
  return checker.take();
}

std::string unusable_schema(const Json& schema, const Json& components) {
  for (const auto& [keyword, rule] : schema.items()) {
    if (std::find(known_keywords.begin(), known_keywords.end(), keyword) == known_keywords.end()) {
      return "keyword " + keyword + " is not checked";
    }
    if (keyword == "$ref") {
      const auto& target = rule.get_ref<const std::string&>();
      if (!target.starts_with(reference_prefix) ||
          !components.contains(target.substr(reference_prefix.size()))) {
        return "no component " + target;
      }
    }
    std::string inner;
    if (keyword == "items" || (keyword == "additionalProperties" && rule.is_object())) {
      inner = unusable_schema(rule, components);
    } else if (keyword == "properties") {
      for (const auto& [name, property] : rule.items()) {
        if (inner.empty()) inner = unusable_schema(property, components);
        if (!inner.empty() && !inner.starts_with(name)) inner.insert(0, name + ": ");
      }
    }
    if (!inner.empty()) return inner;
  }
  return {};
}

}  // namespace sekimori
