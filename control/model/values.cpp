#include "control/model/values.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "control/model/prefix_text.hpp"

namespace sekimori {
namespace {

std::string lower_case(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// Reads the value of one key; its members share what every message needs.
class ValueReader {
 public:
  ValueReader(const KeyDefinition& key, const std::string& path, Diagnostics& diagnostics)
      : key_(key), path_(path), diagnostics_(diagnostics) {}

  std::optional<Value> read(const toml::node& node) {
    switch (key_.type) {
      case KeyType::quantity:
        return quantity(node);
      case KeyType::boolean:
        return boolean(node);
      case KeyType::choice:
        return choice(node);
      case KeyType::text:
        return text(node);
      case KeyType::texts:
        return texts(node);
      case KeyType::prefixes:
        return prefixes(node);
      case KeyType::ports:
        return ports(node);
    }
    return std::nullopt;
  }

 private:
  std::nullopt_t refuse(const toml::node& node, std::string problem, std::string suggestion = {}) {
    return refuse(node, std::move(problem), rule_text(key_), std::move(suggestion));
  }

  std::nullopt_t refuse(const toml::node& node, std::string problem, std::string rule,
                        std::string suggestion) {
    diagnostics_.add({.place = place_of(node.source()),
                      .key = path_,
                      .problem = std::move(problem),
                      .rule = std::move(rule),
                      .suggestion = std::move(suggestion)});
    return std::nullopt;
  }

  std::nullopt_t refuse_type(const toml::node& node) {
    return refuse(node, std::string{"is "}.append(type_text(node)),
                  std::string{"write for example "}.append(key_.example));
  }

  std::optional<Value> quantity(const toml::node& node) {
    std::string text;
    if (const auto number = node.value_exact<std::int64_t>()) {
      text = std::to_string(*number);
    } else if (const auto string = node.value_exact<std::string_view>()) {
      text = *string;
    } else {
      return refuse_type(node);
    }
    const auto value = parse_quantity(text, key_.unit);
    if (!value) return refuse(node, in_quotes(text) + " is no such quantity", meant_quantity(text));
    if (*value < key_.minimum) {
      return refuse(node, printable(text) + " is too small", "the least is " + bound(key_.minimum));
    }
    if (*value > key_.maximum) {
      return refuse(node, printable(text) + " is too large", "the most is " + bound(key_.maximum));
    }
    return *value;
  }

  std::string bound(std::uint64_t value) const { return quantity_text(value, key_.unit); }

  /// A spelling of the same number that the unit knows.
  std::string meant_quantity(const std::string& text) const {
    std::string dense;
    std::ranges::copy_if(text, std::back_inserter(dense), [](char c) { return c != ' '; });
    const std::string lower = lower_case(dense);
    std::string last_upper = lower;
    if (!last_upper.empty() && last_upper.back() >= 'a' && last_upper.back() <= 'z') {
      last_upper.back() = static_cast<char>(last_upper.back() - 'a' + 'A');
    }
    const std::string with_unit = dense + (key_.unit == Unit::milliseconds ? "ms" : "s");
    for (const std::string& candidate : {dense, lower, last_upper, with_unit}) {
      if (parse_quantity(candidate, key_.unit)) return "write " + in_quotes(candidate);
    }
    return std::string{"write for example "}.append(key_.example);
  }

  std::optional<Value> boolean(const toml::node& node) {
    if (const auto value = node.value_exact<bool>()) return *value;
    const auto text = node.value_exact<std::string_view>();
    if (text && (*text == "true" || *text == "false")) {
      return refuse(node, "is a string",
                    "write " + std::string{*text} + " without quotation marks");
    }
    return refuse_type(node);
  }

  std::optional<Value> choice(const toml::node& node) {
    const auto text = node.value_exact<std::string_view>();
    if (!text) return refuse_type(node);
    const auto allowed = key_.allowed_choices();
    const auto found = std::ranges::find(allowed, *text);
    if (found != allowed.end()) {
      return key_.minimum + static_cast<std::uint64_t>(found - allowed.begin());
    }
    const std::string_view meant = nearest(lower_case(*text), allowed);
    return refuse(node, in_quotes(*text) + " is unknown",
                  meant.empty() ? "" : "did you mean " + in_quotes(meant) + "?");
  }

  std::optional<Value> text(const toml::node& node) {
    const auto text = node.value_exact<std::string_view>();
    if (!text) return refuse_type(node);
    if (text->empty() && !key_.required) return std::string{};
    if (auto fault = check_text(key_.form, *text)) {
      return refuse(node, std::move(fault->problem), std::move(fault->suggestion));
    }
    return std::string{*text};
  }

  std::optional<Value> texts(const toml::node& node) {
    const toml::array* list = list_of(node);
    if (list == nullptr) return std::nullopt;
    std::vector<std::string> result;
    result.reserve(list->size());
    for (const toml::node& element : *list) {
      const auto text = element.value_exact<std::string_view>();
      if (!text) {
        refuse_type(element);
      } else if (auto fault = check_text(key_.form, *text)) {
        refuse(element, std::move(fault->problem), form_text(key_.form),
               std::move(fault->suggestion));
      } else {
        result.emplace_back(*text);
      }
    }
    return result;
  }

  /// The node as a list, or null if it is none, which is reported.
  const toml::array* list_of(const toml::node& node) {
    if (const toml::array* list = node.as_array()) return list;
    const auto text = node.value_exact<std::string_view>();
    if (text) {
      refuse(node, "is a string", "write [" + in_quotes(*text) + "]");
    } else {
      refuse_type(node);
    }
    return nullptr;
  }

  std::optional<Value> prefixes(const toml::node& node) {
    const toml::array* list = list_of(node);
    if (list == nullptr) return std::nullopt;
    if (list->empty() && key_.required) {
      return refuse(node, "is empty", std::string{"write for example "}.append(key_.example));
    }
    std::vector<PlacedPrefix> result;
    result.reserve(list->size());
    for (const toml::node& element : *list) {
      const auto text = element.value_exact<std::string_view>();
      if (!text) {
        refuse_type(element);
        continue;
      }
      if (const auto prefix = Prefix::parse(*text); prefix && prefix_is_plain(*text, *prefix)) {
        result.push_back({*prefix, place_of(element.source()), true});
      } else {
        PrefixFault fault = explain_prefix(*text);
        refuse(element, std::move(fault.problem), std::move(fault.rule),
               std::move(fault.suggestion));
      }
    }
    return result;
  }

  std::optional<Value> ports(const toml::node& node) {
    std::string text;
    if (const auto number = node.value_exact<std::int64_t>()) {
      text = std::to_string(*number);
    } else if (const auto string = node.value_exact<std::string_view>()) {
      text = *string;
    } else {
      return refuse_type(node);
    }
    const std::size_t dash = text.find('-');
    const auto first = port(std::string_view{text}.substr(0, dash));
    const auto last =
        dash == std::string::npos ? first : port(std::string_view{text}.substr(dash + 1));
    if (!first || !last) {
      return refuse(node, in_quotes(text) + " is no port or range",
                    std::string{"write for example "}.append(key_.example));
    }
    if (*first > *last) {
      return refuse(node, in_quotes(text) + " ends before it begins",
                    "write " + in_quotes(std::to_string(*last) + '-' + std::to_string(*first)));
    }
    return PortRange{*first, *last};
  }

  static std::optional<std::uint16_t> port(std::string_view text) {
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0) return std::nullopt;
    return value;
  }

  const KeyDefinition& key_;
  const std::string& path_;
  Diagnostics& diagnostics_;
};

}  // namespace

Place place_of(const toml::source_region& region) {
  return {.line = region.begin.line, .column = region.begin.column};
}

std::string_view type_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      return "nothing";
  }
  return "nothing";
}

std::optional<Value> read_value(const KeyDefinition& key, const std::string& path,
                                const toml::node& node, Diagnostics& diagnostics) {
  return ValueReader{key, path, diagnostics}.read(node);
}

}  // namespace sekimori
