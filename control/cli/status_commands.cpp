// sekictl status, objects.

#include <memory>

#include "common/percent_encoding.hpp"
#include "control/cli/command_context.hpp"
#include "control/cli/json_view.hpp"
#include "control/cli/table.hpp"
#include "control/model/clean_text.hpp"
#include "control/model/columns.hpp"
#include "control/model/incident_words.hpp"

namespace sekimori {
namespace {

constexpr std::size_t label_columns = 12;

std::string labelled(const std::string& label, const std::string& text) {
  return padded(label, label_columns) + text + "\n";
}

std::string dataplane_line(const Json& dataplane) {
  std::string line = text_in(dataplane, "state");
  if (const std::string detail = text_in(dataplane, "detail"); !detail.empty()) {
    line += ": " + detail;
  }
  line += ", instance " + text_in(dataplane, "instance");
  const std::string policy = text_in(dataplane, "policy_id");
  return policy.empty() ? line : line + ", works by policy " + policy;
}

std::string policy_line(const Json& policy) {
  if (policy.at("version") == 0) return "none yet; sekictl policy commit puts one in force";
  std::string line = "version " + text_in(policy, "version") + " (" + text_in(policy, "id") +
                     ") since " + moment_in(policy, "committed_ms");
  if (!is_null_in(policy, "confirm_by_ms")) {
    line += ", NOT CONFIRMED: the version before returns at " + moment_in(policy, "confirm_by_ms");
  }
  return line;
}

std::string status_view(const Json& status) {
  const auto now_ms = status.at("now_ms").get<std::uint64_t>();
  std::string text;
  text += labelled("Control", "version " + text_in(status, "version") + ", runs for " +
                                  span_words(status.at("started_ms").get<std::uint64_t>(), now_ms));
  text += labelled("Dataplane", dataplane_line(status.at("dataplane")));
  text += labelled("Policy", policy_line(status.at("policy")));
  text += labelled("Traffic", scaled_in(status, "packets_per_s") + " packets/s, " +
                                  scaled_in(status, "bits_per_s") + "bit/s from outside");
  text += labelled("Objects", text_in(status, "objects") + " of " + text_in(status, "tenants") +
                                  " tenants, " + text_in(status, "abnormal_objects") +
                                  " of them abnormal");
  text +=
      labelled("Incidents", text_in(status, "open_incidents") + " open, " +
                                text_in(status, "measures_in_force") + " measures in force, " +
                                text_in(status, "waiting_actions") + " actions wait for approval");
  text += labelled("Notices", text_in(status, "failed_notices") + " failed during the last day");
  for (const Json& warning : status.at("warnings")) {
    text += labelled("WARNING", clean_text(warning.get<std::string>()));
  }
  return text;
}

std::string objects_view(const Json& page) {
  Table table{{{"OBJECT"},
               {"TENANT"},
               {"STATE"},
               {"PACKETS/S", Table::Side::right},
               {"BIT/S", Table::Side::right},
               {"MEASURES", Table::Side::right},
               {"INCIDENT", Table::Side::right}}};
  for (const Json& object : page.at("objects")) {
    table.add({text_in(object, "name"), text_in(object, "tenant"), text_in(object, "state"),
               scaled_in(object, "packets_per_s"), scaled_in(object, "bits_per_s"),
               text_in(object, "measures"), text_in(object, "incident")});
  }
  return table.text("No object is as asked for.");
}

std::string object_view(const Json& object) {
  std::string text = labelled("Object", text_in(object, "name"));
  text += labelled("Tenant", object.at("tenant") == "" ? "nobody's" : text_in(object, "tenant"));
  text += labelled("State", text_in(object, "state"));
  std::string prefixes;
  for (const Json& prefix : object.at("prefixes")) {
    prefixes += (prefixes.empty() ? "" : " ");
    prefixes += clean_text(prefix.get<std::string>());
  }
  text += labelled("Prefixes", prefixes);
  const Json& capacity = object.at("capacity");
  const auto declared = [&](const char* key) {
    return capacity.at(key) == 0 ? "-" : scaled_in(capacity, key);
  };
  text += labelled("Capacity", declared("packets_per_s") + " packets/s, " + declared("bits_per_s") +
                                   " bit/s, " + declared("new_connections_per_s") +
                                   " new connections/s");
  if (!is_null_in(object, "incident")) {
    text += labelled("Incident", text_in(object, "incident") + ": sekictl incident show " +
                                     text_in(object, "incident"));
  }
  Table vectors{{{"VECTOR"},
                 {"STATE"},
                 {"RATE", Table::Side::right},
                 {"THRESHOLD", Table::Side::right},
                 {"FROM"}}};
  for (const Json& vector : object.at("vectors")) {
    vectors.add({text_in(vector, "vector"), text_in(vector, "state"), scaled_in(vector, "rate"),
                 scaled_in(vector, "threshold"), text_in(vector, "threshold_from")});
  }
  text += "\n" + vectors.text("No rates are known.");
  Table measures{{{"MEASURE"}, {"SINCE"}, {"WHAT"}}};
  for (const Json& measure : object.at("measures")) {
    measures.add(
        {text_in(measure, "kind"), moment_in(measure, "began_ms"), text_in(measure, "what")});
  }
  return text + "\n" + measures.text("No measure is in force.");
}

struct ObjectChoice {
  std::string name;
  std::string tenant;
  std::string state;
};

/// All pages as one.
CallResult<Json> all_objects(const ApiClient& client, const ObjectChoice& choice) {
  Json all{{"objects", Json::array()}, {"next", nullptr}};
  std::string after;
  while (true) {
    auto page = client.get(
        "/v1/objects",
        {{"tenant", choice.tenant}, {"state", choice.state}, {"after", after}, {"limit", "1000"}});
    if (!page) return page;
    const auto next = page->find("next");
    const auto objects = page->find("objects");
    if (next == page->end() || objects == page->end() || !objects->is_array()) return page;
    for (Json& object : *objects) all["objects"].push_back(std::move(object));
    // A server that names the same page again would never come to an end.
    if (!next->is_string() || next->get<std::string>() <= after) return all;
    after = next->get<std::string>();
  }
}

}  // namespace

void add_status_commands(CLI::App& app, CommandContext& context) {
  add_api_command(app, context, "status", "Show how Sekimori fares, and what needs a person")
      ->callback([&context] {
        context.show([](const ApiClient& client) { return client.get("/v1/status"); }, status_view);
      });

  auto choice = std::make_shared<ObjectChoice>();
  CLI::App* objects =
      add_api_command(app, context, "objects", "List protected objects, or show one of them");
  objects->add_option("NAME", choice->name, "The object to show");
  objects->add_option("--tenant", choice->tenant, "Only this tenant's");
  objects->add_option("--state", choice->state, "Only those in this state, such as alert");
  objects->callback([&context, choice] {
    if (choice->name.empty()) {
      return context.show([&](const ApiClient& client) { return all_objects(client, *choice); },
                          objects_view);
    }
    context.show(
        [&](const ApiClient& client) {
          return client.get("/v1/objects/" + percent_encoded(choice->name));
        },
        object_view);
  });
}

}  // namespace sekimori
