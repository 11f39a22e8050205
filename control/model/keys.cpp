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
      return alternatives(key.choices);
    case KeyType::name:
      return "1 to " + std::to_string(PolicyBounds::max_name_length) +
             " letters, digits, '.', '_' or '-'";
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

std::string default_text(const KeyDefinition& key) {
  if (key.required) return {};
  switch (key.type) {
    case KeyType::quantity:
      return quantity_text(key.fallback, key.unit);
    case KeyType::boolean:
      return key.fallback != 0 ? "true" : "false";
    case KeyType::choice:
      return '"' + std::string{key.choices[key.fallback]} + '"';
    case KeyType::prefixes:
      return "[]";
    case KeyType::name:
    case KeyType::ports:
      return {};
  }
  return {};
}

Value fallback_value(const KeyDefinition& key) {
  switch (key.type) {
    case KeyType::quantity:
    case KeyType::choice:
      return key.fallback;
    case KeyType::boolean:
      return key.fallback != 0;
    case KeyType::name:
      return std::string{};
    case KeyType::prefixes:
      return std::vector<PlacedPrefix>{};
    case KeyType::ports:
      return PortRange{};
  }
  return {};
}

}  // namespace sekimori
