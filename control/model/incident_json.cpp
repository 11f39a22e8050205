#include "control/model/incident_json.hpp"

#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sekimori {
namespace {

constexpr auto vector_names = [] {
  std::array<std::string_view, vector_count> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = vector_texts[i].name;
  return names;
}();
constexpr auto incident_kind_names = [] {
  std::array<std::string_view, incident_kind_texts.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = incident_kind_texts[i].name;
  return names;
}();

template <typename Enum>
constexpr const auto& names_of() {
  if constexpr (std::is_same_v<Enum, Vector>) {
    return vector_names;
  } else if constexpr (std::is_same_v<Enum, IncidentKind>) {
    return incident_kind_names;
  } else if constexpr (std::is_same_v<Enum, Level>) {
    return level_names;
  } else if constexpr (std::is_same_v<Enum, Step>) {
    return step_names;
  } else {
    static_assert(std::is_same_v<Enum, ActionState>);
    return action_state_names;
  }
}

template <typename T, typename Struct>
concept Either = std::same_as<std::remove_const_t<T>, Struct>;

// What each record consists of, once for both directions. A field that is added to a record and not
// here does not compile: a structured binding takes all of them.

template <Either<Criterion> T>
void for_each_field(T& record, auto visit) {
  auto& [what, wanted, found, met] = record;
  visit("what", what);
  visit("wanted", wanted);
  visit("found", found);
  visit("met", met);
}

template <Either<Candidate> T>
void for_each_field(T& record, auto visit) {
  auto& [kind, criteria] = record;
  visit("kind", kind);
  visit("criteria", criteria);
}

template <Either<Diagnosis> T>
void for_each_field(T& record, auto visit) {
  auto& [kind, protocol, candidates] = record;
  visit("kind", kind);
  visit("protocol", protocol);
  visit("candidates", candidates);
}

template <Either<Subject> T>
void for_each_field(T& record, auto visit) {
  auto& [level, name] = record;
  visit("level", level);
  visit("name", name);
}

template <Either<Share> T>
void for_each_field(T& record, auto visit) {
  auto& [what, share] = record;
  visit("what", what);
  visit("share", share);
}

template <Either<ActionRecord> T>
void for_each_field(T& record, auto visit) {
  auto& [id, step, state, object, vector, what, reason, evidence, expected, real, began_ms,
         ended_ms] = record;
  visit("id", id);
  visit("step", step);
  visit("state", state);
  visit("object", object);
  visit("vector", vector);
  visit("what", what);
  visit("reason", reason);
  visit("evidence", evidence);
  visit("expected", expected);
  visit("real", real);
  visit("began_ms", began_ms);
  visit("ended_ms", ended_ms);
}

template <Either<TimelineEntry> T>
void for_each_field(T& record, auto visit) {
  auto& [at_ms, text] = record;
  visit("at_ms", at_ms);
  visit("text", text);
}

template <Either<ObjectState> T>
void for_each_field(T& record, auto visit) {
  auto& [object, tenant] = record;
  visit("object", object);
  visit("tenant", tenant);
}

template <Either<SampledPacket> T>
void for_each_field(T& record, auto visit) {
  auto& [at_ms, summary, fate, hex] = record;
  visit("at_ms", at_ms);
  visit("summary", summary);
  visit("fate", fate);
  visit("hex", hex);
}

template <Either<Incident> T>
void for_each_field(T& record, auto visit) {
  auto& [id, subject, tenant, vectors, first_abnormal_ms, recorded_ms, mitigated_ms, ended_ms,
         peak_rate, threshold, diagnosis, affected, unaffected, unaffected_count, sources, ports,
         shapes, samples, actions, timeline, next_steps] = record;
  visit("id", id);
  visit("subject", subject);
  visit("tenant", tenant);
  visit("vectors", vectors);
  visit("first_abnormal_ms", first_abnormal_ms);
  visit("recorded_ms", recorded_ms);
  visit("mitigated_ms", mitigated_ms);
  visit("ended_ms", ended_ms);
  visit("peak_rate", peak_rate);
  visit("threshold", threshold);
  visit("diagnosis", diagnosis);
  visit("affected", affected);
  visit("unaffected", unaffected);
  visit("unaffected_count", unaffected_count);
  visit("sources", sources);
  visit("ports", ports);
  visit("shapes", shapes);
  visit("samples", samples);
  visit("actions", actions);
  visit("timeline", timeline);
  visit("next_steps", next_steps);
}

template <typename T>
Json to_json(const T& value);

template <typename T>
Json to_json(const std::vector<T>& list) {
  Json result = Json::array();
  for (const T& element : list) result.push_back(to_json(element));
  return result;
}

template <typename T>
Json to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : Json(nullptr);
}

template <typename T>
Json to_json(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return names_of<T>().at(static_cast<std::size_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    // JSON has no infinity.
    return std::isfinite(value) ? value : T{0};
  } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, std::string>) {
    return value;
  } else {
    Json result = Json::object();
    for_each_field(value,
                   [&](const char* key, const auto& field) { result[key] = to_json(field); });
    return result;
  }
}

/// Fills records from JSON. After a fault nothing more is read, and `fault` says where and what.
class JsonReader {
 public:
  template <typename T>
  void read(const Json& json, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      if (!json.is_boolean()) return refuse("true or false");
      value = json.get<bool>();
    } else if constexpr (std::is_integral_v<T>) {
      if (!json.is_number_unsigned() || json.get<std::uint64_t>() > std::numeric_limits<T>::max()) {
        return refuse("a whole number that fits");
      }
      value = json.get<T>();
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!json.is_number()) return refuse("a number");
      value = json.get<T>();
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!json.is_string()) return refuse("a string");
      value = json.get_ref<const std::string&>();
    } else if constexpr (std::is_enum_v<T>) {
      read_enumerator(json, value);
    } else {
      read_record(json, value);
    }
  }

  template <typename T>
  void read(const Json& json, std::optional<T>& value) {
    if (json.is_null()) {
      value.reset();
    } else {
      read(json, value.emplace());
    }
  }

  template <typename T>
  void read(const Json& json, std::vector<T>& list) {
    if (!json.is_array()) return refuse("a list");
    list.clear();
    list.reserve(json.size());
    for (std::size_t i = 0; i < json.size() && fault_.empty(); ++i) {
      read_below(std::to_string(i), json[i], list.emplace_back());
    }
  }

  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  void refuse(std::string_view wanted) {
    if (!fault_.empty()) return;
    fault_ = (path_.empty() ? std::string{"/"} : path_) + " has to be " + std::string{wanted};
  }

  template <typename T>
  void read_below(std::string_view name, const Json& json, T& value) {
    const std::size_t length = path_.size();
    path_.append("/").append(name);
    read(json, value);
    path_.resize(length);
  }

  template <typename T>
  void read_enumerator(const Json& json, T& value) {
    const auto& names = names_of<T>();
    if (json.is_string()) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (json.get_ref<const std::string&>() != names[i]) continue;
        value = static_cast<T>(i);
        return;
      }
    }
    refuse("a known name");
  }

  template <typename T>
  void read_record(const Json& json, T& record) {
    if (!json.is_object()) return refuse("an object");
    for_each_field(record, [&](const char* key, auto& field) {
      if (!fault_.empty()) return;
      if (const auto found = json.find(key); found != json.end()) read_below(key, *found, field);
    });
  }

  std::string path_;
  std::string fault_;
};

}  // namespace

Json incident_json(const Incident& incident) {
  return to_json(incident);
}

Json action_json(const ActionRecord& action) {
  return to_json(action);
}

tl::expected<Incident, std::string> incident_from_json(const Json& json) {
  JsonReader reader;
  Incident incident;
  reader.read(json, incident);
  if (!reader.fault().empty()) return tl::unexpected{reader.fault()};
  return incident;
}

}  // namespace sekimori
