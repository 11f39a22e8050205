#include "control/model/keys.hpp"

#include <array>

#include "control/model/diagnostics.hpp"

namespace sekimori {
namespace {

template <typename Owner>
std::vector<const KeyDefinition*> definitions() {
  std::vector<const KeyDefinition*> result;
  for (const Key<Owner>& entry : keys_of<Owner>()) result.push_back(&entry.definition);
  return result;
}

/// A TOML string; the forms of texts leave only these two characters to be escaped.
std::string toml_string(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result.push_back('\\');
    result.push_back(c);
  }
  return result.append("\"");
}

template <typename Element, typename ToText>
std::string toml_list(const std::vector<Element>& list, ToText to_text) {
  std::string result = "[";
  for (const Element& element : list) {
    if (result.size() > 1) result.append(", ");
    result.append(to_text(element));
  }
  return result.append("]");
}

std::vector<TableDefinition> make_tables() {
  return {
      {.path = "box",
       .repeated = false,
       .text = "What holds for all traffic.",
       .keys = definitions<BoxPolicy>()},
      {.path = "authentication",
       .repeated = false,
       .text = "How sources prove themselves in the modes reset, bad-ack and retransmit.",
       .keys = definitions<AuthenticationPolicy>()},
      {.path = "timeouts",
       .repeated = false,
       .text = "How long connections are remembered.",
       .keys = definitions<TimeoutPolicy>()},
      {.path = "tables",
       .repeated = false,
       .text = "How many entries the tables of each worker have. Memory for them is taken when the "
               "dataplane starts, so a change needs a restart. A table that is full refuses what "
               "is new and counts it.",
       .keys = definitions<TablePolicy>()},
      {.path = "object",
       .repeated = true,
       .text = "A protected object: a server, a service or a tenant that is protected as a whole.",
       .keys = definitions<ObjectPolicy>()},
      {.path = "object.server",
       .repeated = false,
       .text = "Mode proxy: what the object's servers are taken to offer in TCP until their own "
               "SYN-ACKs have shown it.",
       .keys = definitions<ServerPolicy>()},
      {.path = "object.limit.*",
       .repeated = false,
       .text = "The most that the object gets of one class of traffic from outside, over all "
               "workers; what is beyond is dropped. The classes are total, tcp, udp, icmp, "
               "fragment and other. Every packet counts in total and in one other class.",
       .keys = definitions<LimitPolicy>()},
      {.path = "object.service",
       .repeated = true,
       .text = "Ports of the object that have a SYN mode of their own.",
       .keys = definitions<ServicePolicy>()},
      {.path = "object.capacity",
       .repeated = false,
       .text = "What the object's servers are guaranteed to bear, as a load test has shown it. No "
               "threshold, set, learned or raised, goes beyond it.",
       .keys = definitions<CapacityPolicy>()},
      {.path = "object.threshold",
       .repeated = false,
       .text = "The rates above which the object's traffic is abnormal, so that something may have "
               "to be done. They only say when to look: what is done then says object.ladder.",
       .keys = definitions<ThresholdPolicy>()},
      {.path = "object.ladder",
       .repeated = false,
       .text =
           "What may be done against an attack on the object, from the gentlest step on. never: "
           "not this step. monitor: it is only recorded what would have been done. ask: an "
           "operator has to approve it. granted: it is done at once.",
       .keys = definitions<LadderPolicy>()},
      {.path = "tenant",
       .repeated = true,
       .text = "Somebody to whom objects belong and who is told what becomes of them.",
       .keys = definitions<TenantPolicy>()},
      {.path = "tenant.threshold",
       .repeated = false,
       .text =
           "The rates above which the traffic of all the tenant's objects together is abnormal.",
       .keys = definitions<ThresholdPolicy>()},
      {.path = "detection",
       .repeated = false,
       .text = "How all objects are judged, and how fast steps follow each other.",
       .keys = definitions<DetectionPolicy>()},
      {.path = "notify",
       .repeated = false,
       .text = "How notices leave.",
       .keys = definitions<NotifyPolicy>()},
      {.path = "notify.operators",
       .repeated = false,
       .text = "Who is told of everything.",
       .keys = definitions<ContactPolicy>()},
  };
}

}  // namespace

std::span<const TableDefinition> policy_tables() {
  static const std::vector<TableDefinition> tables = make_tables();
  return tables;
}

std::string rule_text(const KeyDefinition& key) {
  switch (key.type) {
    case KeyType::quantity:
      return std::string{unit_name(key.unit)}
          .append(key.unit == Unit::none ? "" : ", ")
          .append(format_quantity(key.minimum, key.unit))
          .append(" to ")
          .append(format_quantity(key.maximum, key.unit));
    case KeyType::boolean:
      return "true or false";
    case KeyType::choice:
      return alternatives(key.allowed_choices());
    case KeyType::text:
      return form_text(key.form);
    case KeyType::texts:
      return "a list of " + forms_text(key.form);
    case KeyType::prefixes:
      return key.required ? "a list of at least one address or prefix"
                          : "a list of addresses and prefixes";
    case KeyType::ports:
      return "a port from 1 to 65535 or a range of ports";
  }
  return {};
}

std::string quantity_text(std::uint64_t value, Unit unit) {
  const std::string text = format_quantity(value, unit);
  const bool digits_only = text.find_first_not_of("0123456789") == std::string::npos;
  return digits_only ? text : '"' + text + '"';
}

std::string written(const KeyDefinition& key, const Value& value) {
  switch (key.type) {
    case KeyType::quantity:
      return quantity_text(std::get<std::uint64_t>(value), key.unit);
    case KeyType::boolean:
      return std::get<bool>(value) ? "true" : "false";
    case KeyType::choice:
      return '"' + std::string{key.choices[std::get<std::uint64_t>(value)]} + '"';
    case KeyType::text:
      return toml_string(std::get<std::string>(value));
    case KeyType::texts:
      return toml_list(std::get<std::vector<std::string>>(value), toml_string);
    case KeyType::prefixes:
      return toml_list(std::get<std::vector<PlacedPrefix>>(value),
                       [](const PlacedPrefix& p) { return toml_string(p.value.to_string()); });
    case KeyType::ports: {
      const auto [first, last] = std::get<PortRange>(value);
      if (first == last) return std::to_string(first);
      return toml_string(std::to_string(first) + '-' + std::to_string(last));
    }
  }
  return {};
}

std::string default_text(const KeyDefinition& key) {
  return key.required ? std::string{} : written(key, fallback_value(key));
}

Value fallback_value(const KeyDefinition& key) {
  switch (key.type) {
    case KeyType::quantity:
    case KeyType::choice:
      return key.fallback;
    case KeyType::boolean:
      return key.fallback != 0;
    case KeyType::text:
      return std::string{};
    case KeyType::texts:
      return std::vector<std::string>{};
    case KeyType::prefixes:
      return std::vector<PlacedPrefix>{};
    case KeyType::ports:
      return PortRange{};
  }
  return {};
}

}  // namespace sekimori
