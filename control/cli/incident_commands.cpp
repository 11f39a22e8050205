// sekictl incident, action.

#include <memory>

#include "control/cli/command_context.hpp"
#include "control/cli/json_view.hpp"
#include "control/cli/reading.hpp"
#include "control/cli/table.hpp"
#include "control/model/clean_text.hpp"
#include "control/model/incident_json.hpp"
#include "control/model/incident_report.hpp"
#include "control/model/incident_words.hpp"

namespace sekimori {
namespace {

struct IncidentChoice {
  std::uint64_t id = 0;
  std::string state;
  std::string object;
  std::uint32_t limit = 50;
  bool markdown = false;
};

std::string incidents_view(const Json& page) {
  Table table{{{"ID", Table::Side::right},
               {"STATE"},
               {"SINCE"},
               {"WHERE"},
               {"PEAK", Table::Side::right},
               {"AFFECTED", Table::Side::right},
               {"WAITING", Table::Side::right},
               {"KIND"}}};
  for (const Json& incident : page.at("incidents")) {
    const bool ended = !is_null_in(incident, "ended_ms");
    const bool mitigated = !is_null_in(incident, "mitigated_ms");
    const Json& subject = incident.at("subject");
    table.add({text_in(incident, "id"),
               ended       ? "ended"
               : mitigated ? "mitigated"
                           : "OPEN",
               moment_in(incident, "first_abnormal_ms"),
               text_in(subject, "level") + " " + text_in(subject, "name"),
               scaled_in(incident, "peak_rate"), text_in(incident, "affected_count"),
               text_in(incident, "waiting_actions"), text_in(incident, "kind")});
  }
  return table.text("There is no such incident.", 130);
}

/// Drawn here, so that an older server is no reason for an older report.
std::string incident_view(const Json& json) {
  const auto incident = incident_from_json(json);
  if (!incident) return "the record cannot be read: " + clean_text(incident.error()) + "\n";
  return incident_text(*incident);
}

std::string actions_view(const Json& page) {
  Table table{{{"ID", Table::Side::right},
               {"STATE"},
               {"STEP"},
               {"OBJECT"},
               {"VECTOR"},
               {"INCIDENT", Table::Side::right},
               {"SINCE"},
               {"WHAT"}}};
  for (const Json& action : page.at("actions")) {
    table.add({text_in(action, "id"), text_in(action, "state"), text_in(action, "step"),
               text_in(action, "object"), text_in(action, "vector"), text_in(action, "incident"),
               moment_in(action, "began_ms"), text_in(action, "what")});
  }
  return table.text("There is no such action.", 160);
}

std::string decided_view(const Json& action) {
  return "action " + text_in(action, "id") + " is " + text_in(action, "state") + ": " +
         text_in(action, "what") + "\n";
}

void add_incident_group(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("incident", "Show incidents");
  group->require_subcommand(1);
  auto choice = std::make_shared<IncidentChoice>();

  CLI::App* list = add_api_command(*group, context, "list", "List incidents, the newest first");
  list->add_option("--state", choice->state, "open or ended");
  list->add_option("--object", choice->object, "Only those of this object");
  list->add_option("--limit", choice->limit, "The most to list")->capture_default_str();
  list->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return client.get("/v1/incidents", {{"state", choice->state},
                                              {"object", choice->object},
                                              {"limit", std::to_string(choice->limit)}});
        },
        incidents_view);
  });

  const auto path = [choice] { return "/v1/incidents/" + std::to_string(choice->id); };
  CLI::App* show = add_api_command(*group, context, "show", "Show all that is known about one");
  show->add_option("ID", choice->id, "Its number")->required();
  show->callback([&context, path] {
    context.show([&](const ApiClient& client) { return client.get(path()); }, incident_view);
  });

  CLI::App* report = add_api_command(*group, context, "report", "Report one, for tickets or mail");
  report->add_option("ID", choice->id, "Its number")->required();
  report->add_flag("--markdown", choice->markdown, "In Markdown");
  report->callback([&context, choice, path] {
    if (context.json) {
      return context.show([&](const ApiClient& client) { return client.get(path()); }, {});
    }
    context.show_text([&](const ApiClient& client) {
      return client.get_text(path() + "/report", choice->markdown ? "text/markdown" : "text/plain");
    });
  });
}

void add_decision(CLI::App& group, CommandContext& context, const std::string& name,
                  const std::string& text) {
  struct Decision {
    std::uint64_t id = 0;
    std::string comment;
  };
  auto decision = std::make_shared<Decision>();
  CLI::App* command = add_api_command(group, context, name, text);
  command->add_option("ID", decision->id, "Its number")->required();
  command->add_option("--comment", decision->comment, "Why, for the audit")->required();
  command->callback([&context, decision, name] {
    context.show(
        [&](const ApiClient& client) {
          return client.post("/v1/actions/" + std::to_string(decision->id) + "/" + name,
                             {{"comment", decision->comment}});
        },
        decided_view);
  });
}

}  // namespace

void add_incident_commands(CLI::App& app, CommandContext& context) {
  add_incident_group(app, context);
  CLI::App* group = app.add_subcommand("action", "Show and decide steps of the ladder");
  group->require_subcommand(1);
  auto choice = std::make_shared<IncidentChoice>();
  CLI::App* list = add_api_command(*group, context, "list", "List actions, the newest first");
  list->add_option("--state", choice->state, "waiting, in-force, ended, rejected, ..");
  list->add_option("--limit", choice->limit, "The most to list")->capture_default_str();
  list->callback([&context, choice] {
    context.show(
        [&](const ApiClient& client) {
          return client.get("/v1/actions",
                            {{"state", choice->state}, {"limit", std::to_string(choice->limit)}});
        },
        actions_view);
  });
  add_decision(*group, context, "approve", "Let an action be taken");
  add_decision(*group, context, "reject", "Keep an action from being taken");
}

}  // namespace sekimori
